# Warnings, hardening and sanitizers as one interface target, so that no flag is global.
include(CheckPIESupported)
check_pie_supported()
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

add_library(debriefd_build INTERFACE)
target_compile_definitions(debriefd_build INTERFACE _GNU_SOURCE)
target_compile_options(debriefd_build INTERFACE
  -Wall -Wextra -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith
  -Wwrite-strings -Wvla -Wformat=2 -Wundef -Wcast-qual -fno-common -fstack-protector-strong
  -Wno-missing-field-initializers # rows of tables name only what they have
  -Wno-format-zero-length)        # an event without values
target_link_options(debriefd_build INTERFACE -Wl,-z,relro,-z,now)
if(DEBRIEFD_WERROR)
  target_compile_options(debriefd_build INTERFACE -Werror)
endif()
if(DEBRIEFD_SANITIZE)
  target_compile_options(debriefd_build INTERFACE -fsanitize=${DEBRIEFD_SANITIZE}
                         -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(debriefd_build INTERFACE -fsanitize=${DEBRIEFD_SANITIZE})
elseif(NOT DEBRIEFD_FUZZ)
  target_compile_options(debriefd_build INTERFACE
                         $<$<NOT:$<CONFIG:Debug>>:-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2>)
endif()
if(DEBRIEFD_FUZZ)
  target_compile_options(debriefd_build INTERFACE -fsanitize=fuzzer-no-link,address,undefined
                         -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(debriefd_build INTERFACE -fsanitize=address,undefined)
endif()
if(DEBRIEFD_ANALYZE)
  target_compile_options(debriefd_build INTERFACE -fanalyzer)
endif()
if(DEBRIEFD_COVERAGE)
  target_compile_options(debriefd_build INTERFACE --coverage -O0)
  target_link_options(debriefd_build INTERFACE --coverage)
endif()
if(DEBRIEFD_MUTANT)
  string(TOUPPER ${DEBRIEFD_MUTANT} mutant)
  target_compile_definitions(debriefd_build INTERFACE DEBRIEFD_MUTANT_${mutant})
endif()

# Plain libevent 2.1.12 lets a second request be smuggled behind the first; the fixed Debian revision
# (2.1.12-stable-8+deb12u1) and 2.1.13 say the same version at run time and are told apart by a symbol
# that only they export.
function(require_fixed_libevent)
  include(CheckLibraryExists)
  pkg_get_variable(directory libevent libdir)
  check_library_exists(event_extra evhttp_str_is_chunked_ "${directory}" DEBRIEFD_FIXED_LIBEVENT)
  if(NOT DEBRIEFD_FIXED_LIBEVENT)
    message(FATAL_ERROR "libevent needs its September 2026 security fixes: "
            "install libevent-dev 2.1.12-stable-8+deb12u1 or later")
  endif()
endfunction()

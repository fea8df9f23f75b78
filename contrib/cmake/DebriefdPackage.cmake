# What is installed besides units and pages, and the Debian package. For the package configure with
# -DCMAKE_INSTALL_PREFIX=/usr.
if(TARGET debriefd)
  install(TARGETS debriefd RUNTIME DESTINATION ${CMAKE_INSTALL_SBINDIR})
endif()
if(TARGET debriefctl)
  install(TARGETS debriefctl RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
  install(FILES contrib/completion/debriefctl
          DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions)
endif()
install(FILES contrib/completion/debriefd DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions)
install(FILES contrib/debian/copyright DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(FILES contrib/nginx/debriefd.conf DESTINATION ${CMAKE_INSTALL_DOCDIR}/examples RENAME nginx.conf)

find_program(GZIP gzip REQUIRED)
configure_file(contrib/debian/changelog.in changelog @ONLY)
add_custom_command(OUTPUT changelog.gz
  COMMAND ${GZIP} -9nkf changelog
  DEPENDS ${CMAKE_CURRENT_BINARY_DIR}/changelog VERBATIM)
add_custom_target(package_changelog ALL DEPENDS changelog.gz)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/changelog.gz DESTINATION ${CMAKE_INSTALL_DOCDIR})

# Rows "run PACKAGE" of contrib/packages.txt are what the program starts; libraries are found by dpkg-shlibdeps.
file(STRINGS contrib/packages.txt rows REGEX "^run ")
list(TRANSFORM rows REPLACE "^run " "")
# Plain libevent 2.1.12 lets a second request be smuggled behind the first.
list(APPEND rows "libevent-2.1-7 (>= 2.1.12-stable-8+deb12u1)"
                 "systemd | systemd-standalone-sysusers | systemd-sysusers")
list(JOIN rows ", " CPACK_DEBIAN_PACKAGE_DEPENDS)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME debriefd)
set(CPACK_PACKAGE_CONTACT "The debriefd authors <debriefd@example.org>")
set(CPACK_SET_DESTDIR ON)
set(CPACK_INSTALL_PREFIX ${CMAKE_INSTALL_PREFIX})
set(CPACK_STRIP_FILES ON)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
    OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION science)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION "Takes in participants' evaluations over HTTP, stores them durably in
PostgreSQL, computes each study's metrics by scheduled jobs, and serves what
has been released to dashboards. No combination of releases tells what
anybody answered.")
file(WRITE ${CMAKE_CURRENT_BINARY_DIR}/conffiles "${CMAKE_INSTALL_FULL_SYSCONFDIR}/debriefd/debriefd.conf\n")
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA
    ${CMAKE_CURRENT_BINARY_DIR}/conffiles
    ${PROJECT_SOURCE_DIR}/contrib/debian/postinst
    ${PROJECT_SOURCE_DIR}/contrib/debian/prerm
    ${PROJECT_SOURCE_DIR}/contrib/debian/postrm)
include(CPack)

# embed_files(TARGET SYMBOL FILE...): compiles the files into TARGET as the const table SYMBOL of
# struct embedded_file (include/debriefd/embedded.h), in the order given, ended by a row without a name.
set(DEBRIEFD_EMBED_SCRIPT ${CMAKE_CURRENT_LIST_DIR}/EmbedScript.cmake)

function(embed_files target symbol)
  list(TRANSFORM ARGN PREPEND ${CMAKE_CURRENT_SOURCE_DIR}/ REGEX "^[^/]" OUTPUT_VARIABLE paths)
  set(output ${CMAKE_CURRENT_BINARY_DIR}/${symbol}.c)
  list(JOIN paths "|" joined)
  add_custom_command(OUTPUT ${output}
    COMMAND ${CMAKE_COMMAND} -DSYMBOL=${symbol} "-DFILES=${joined}" -DOUTPUT=${output}
            -P ${DEBRIEFD_EMBED_SCRIPT}
    DEPENDS ${paths} ${DEBRIEFD_EMBED_SCRIPT} VERBATIM)
  # The target usually belongs to another directory, where this command's output is not known.
  add_custom_target(embed_${symbol} DEPENDS ${output})
  add_dependencies(${target} embed_${symbol})
  target_sources(${target} PRIVATE ${output})
endfunction()

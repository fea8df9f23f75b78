# cmake -DNPM=npm -DSOURCE=DIRECTORY -P install.cmake: installs the lockfile's packages into the current directory,
# from npm's cache where it has them. esbuild's program is a package of its own: no install script need run.
file(COPY ${SOURCE}/package.json ${SOURCE}/package-lock.json DESTINATION .)
execute_process(
  COMMAND ${NPM} ci --ignore-scripts --prefer-offline --no-audit --no-fund --loglevel=error --fetch-retries=2
  RESULT_VARIABLE failed OUTPUT_VARIABLE output ERROR_VARIABLE output)
if(failed)
  message(FATAL_ERROR "npm could not install esbuild, which bundles the pages' scripts:\n${output}\n"
          "Without a way to the package registry, build elsewhere once with the same npm cache, or configure with "
          "-DDEBRIEFD_WEB=OFF for pages that work without scripts.")
endif()
file(TOUCH node_modules/.package-lock.json)

# make install and make deb: the command, its optimizer module (found as ../lib/rapgo/rapgo-llvm.so from the command's
# folder, or beside it in a build tree), manual page, completion and documents.
include(GNUInstallDirs)
set(packaging ${CMAKE_SOURCE_DIR}/tools/packaging)
install(TARGETS rapgo RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(TARGETS rapgo-llvm LIBRARY DESTINATION lib/rapgo)

# The manual page lists the options that the command has: it is made from the command when it is installed.
install(CODE "
  execute_process(COMMAND ${packaging}/man-page ${CMAKE_BINARY_DIR}/rapgo OUTPUT_FILE ${CMAKE_BINARY_DIR}/rapgo.1
                  COMMAND_ERROR_IS_FATAL ANY)
  execute_process(COMMAND gzip -9nf ${CMAKE_BINARY_DIR}/rapgo.1 COMMAND_ERROR_IS_FATAL ANY)
  execute_process(COMMAND gzip -9nc ${packaging}/changelog OUTPUT_FILE ${CMAKE_BINARY_DIR}/changelog.gz
                  COMMAND_ERROR_IS_FATAL ANY)")
install(FILES ${CMAKE_BINARY_DIR}/rapgo.1.gz DESTINATION share/man/man1)
install(FILES ${CMAKE_BINARY_DIR}/changelog.gz DESTINATION share/doc/rapgo)
install(FILES ${packaging}/copyright ${CMAKE_SOURCE_DIR}/README.md DESTINATION share/doc/rapgo)
install(FILES ${packaging}/lintian-overrides DESTINATION share/lintian/overrides RENAME rapgo)
install(FILES ${packaging}/rapgo.bash DESTINATION share/bash-completion/completions RENAME rapgo)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME rapgo)
set(CPACK_PACKAGE_CONTACT "Rapgo authors <rapgo@packages.debian.org>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "CLI (.NET) runtime that re-optimises the running program")
# Without the synopsis: CPack puts the summary there.
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION "Rapgo runs the assemblies that Mono runs, on Mono's class library. It
compiles a method at its first call, samples where time goes, recompiles what
is hot with the profile in hand while the program runs, keeps code and
profiles on disk for the next run, and explains what it did and why.")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION cli-mono)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
# Folders as Debian wants them, whatever the umask of who builds.
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
    OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
# The class library, and libmono-native.so that it imports.
set(CPACK_DEBIAN_PACKAGE_DEPENDS "libmono-corlib4.5-cil, libmono-system-core4.0-cil, mono-runtime-common")
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "libmono-cil-dev")
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA "${packaging}/postinst;${packaging}/prerm")
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
include(CPack)

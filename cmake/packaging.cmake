# Installing, and the Debian packages: components tools -> bonafide, lib -> libbonafide0, dev -> libbonafide-dev.
include(CMakePackageConfigHelpers)

set_target_properties(bonafide_shared PROPERTIES OUTPUT_NAME bonafide EXPORT_NAME bonafide
                      VERSION ${PROJECT_VERSION} SOVERSION 0)  # = BONAFIDE_ABI
install(TARGETS bonafide COMPONENT tools)
install(TARGETS bonafide_shared EXPORT bonafide
        LIBRARY COMPONENT lib NAMELINK_COMPONENT dev
        FILE_SET HEADERS COMPONENT dev)
install(EXPORT bonafide NAMESPACE bonafide:: FILE bonafideTargets.cmake
        DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/bonafide COMPONENT dev)
configure_package_config_file(${CMAKE_SOURCE_DIR}/packaging/bonafideConfig.cmake.in ${CMAKE_BINARY_DIR}/bonafideConfig.cmake
                              INSTALL_DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/bonafide)
write_basic_package_version_file(${CMAKE_BINARY_DIR}/bonafideConfigVersion.cmake COMPATIBILITY SameMinorVersion)
# from the folder of bonafide.pc back up, so that an installation can be moved
file(RELATIVE_PATH up_to_prefix /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
string(REGEX REPLACE "/$" "" up_to_prefix "${up_to_prefix}")
configure_file(${CMAKE_SOURCE_DIR}/packaging/bonafide.pc.in ${CMAKE_BINARY_DIR}/bonafide.pc @ONLY)
install(FILES ${CMAKE_BINARY_DIR}/bonafideConfig.cmake ${CMAKE_BINARY_DIR}/bonafideConfigVersion.cmake
        DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/bonafide COMPONENT dev)
install(FILES ${CMAKE_BINARY_DIR}/bonafide.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig COMPONENT dev)

install(DIRECTORY ${CMAKE_SOURCE_DIR}/packaging/systemd DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT tools)
install(DIRECTORY ${CMAKE_SOURCE_DIR}/examples DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT dev)

# The manual page and the completions are the program's own words.
set(manual ${CMAKE_BINARY_DIR}/man)
set(asks "help man>bonafide.1" "completion bash>bonafide.bash" "completion zsh>_bonafide" "completion fish>bonafide.fish")
set(answers "")
foreach(ask ${asks})
  string(REPLACE ">" ";" ask ${ask})
  list(GET ask 0 words)
  list(GET ask 1 file)
  separate_arguments(words)
  add_custom_command(OUTPUT ${manual}/${file} COMMAND ${CMAKE_COMMAND} -E make_directory ${manual}
                     COMMAND bonafide ${words} > ${manual}/${file} DEPENDS bonafide VERBATIM)
  list(APPEND answers ${manual}/${file})
endforeach()
add_custom_target(manual ALL DEPENDS ${answers})
install(FILES ${manual}/bonafide.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1 COMPONENT tools)
install(FILES ${manual}/bonafide.bash DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions RENAME bonafide
        COMPONENT tools)
install(FILES ${manual}/_bonafide DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/vendor-completions COMPONENT tools)
install(FILES ${manual}/bonafide.fish DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d COMPONENT tools)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_VENDOR "the bonafide authors")
set(CPACK_PACKAGE_CONTACT "the bonafide authors <bonafide@example.org>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "examine pictures, video and sound for signs of manipulation")
set(CPACK_RESOURCE_FILE_LICENSE ${CMAKE_SOURCE_DIR}/LICENSE)
set(CPACK_COMPONENTS_ALL tools lib dev)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
# or dpkg-shlibdeps stops: "cannot find library"
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS_PRIVATE_DIRS ${CMAKE_BINARY_DIR} ${CMAKE_BINARY_DIR}/src)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_DEBIAN_TOOLS_PACKAGE_NAME bonafide)
set(CPACK_DEBIAN_TOOLS_PACKAGE_SECTION utils)
set(CPACK_DEBIAN_TOOLS_PACKAGE_DEPENDS libdlib-data)  # the face model is opened by name, shlibdeps cannot see it
set(CPACK_DEBIAN_LIB_PACKAGE_NAME libbonafide0)
set(CPACK_DEBIAN_LIB_PACKAGE_SECTION libs)
set(CPACK_DEBIAN_LIB_PACKAGE_DEPENDS libdlib-data)
set(CPACK_DEBIAN_DEV_PACKAGE_NAME libbonafide-dev)
set(CPACK_DEBIAN_DEV_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_DEV_PACKAGE_DEPENDS "libbonafide0 (= ${PROJECT_VERSION})")
set(CPACK_DEBIAN_DEV_PACKAGE_SHLIBDEPS OFF)
include(CPack)

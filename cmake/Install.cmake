# The tree that the program runs from. Built and installed it has one layout, so that each part
# finds the next without any environment:
#
#   bin/howdah                the launcher; opens ../lib/libhowdah_engine.so
#   lib/libhowdah_engine.so   the engine; beside it the libraries that it links
#   lib/tensorflow/           libtensorflow_cc.so.2 and _framework.so.2; opened by the engine
file(MAKE_DIRECTORY ${PROJECT_BINARY_DIR}/lib)
file(CREATE_LINK ${TENSORFLOW_DIR} ${PROJECT_BINARY_DIR}/lib/tensorflow SYMBOLIC)

install(TARGETS howdah RUNTIME DESTINATION bin)
# RUNPATH is not inherited by a library's own dependencies. It need not be: the engine links
# them all itself, except libarrow for libparquet, which has $ORIGIN of its own.
set_target_properties(howdah_engine PROPERTIES INSTALL_RPATH "$ORIGIN")
install(TARGETS howdah_engine RUNTIME_DEPENDENCY_SET engine_dependencies LIBRARY DESTINATION lib)
# All but glibc and GCC's runtime, which belong to the system.
install(RUNTIME_DEPENDENCY_SET engine_dependencies
        PRE_EXCLUDE_REGEXES "^lib(c|m|dl|rt|pthread|gcc_s|stdc\\+\\+)\\.so\\." "^ld-linux"
        LIBRARY DESTINATION lib)

if(HOWDAH_INSTALL_TENSORFLOW)
  install(FILES ${TENSORFLOW_DIR}/libtensorflow_cc.so.2
                ${TENSORFLOW_DIR}/libtensorflow_framework.so.2
          DESTINATION lib/tensorflow)
endif()

install(FILES LICENSE README.md CHANGELOG.md docs/dependencies.md DESTINATION share/doc/howdah)

# The licences of what the tree carries or has linked in.
set(licenses share/doc/howdah/licenses)
install(FILES ${PYARROW_DIR}/../pyarrow-${PyArrow_VERSION}.dist-info/licenses/LICENSE.txt
              ${PYARROW_DIR}/../pyarrow-${PyArrow_VERSION}.dist-info/licenses/NOTICE.txt
        DESTINATION ${licenses}/arrow)
install(FILES ${TENSORFLOW_DIR}/THIRD_PARTY_NOTICES.txt DESTINATION ${licenses}/tensorflow)
foreach(package libcli11-dev libfmt-dev libisal-dev libprotozero-dev libpugixml-dev libssl-dev
                libtomlplusplus-dev nlohmann-json3-dev)
  install(FILES /usr/share/doc/${package}/copyright DESTINATION ${licenses}/${package} OPTIONAL)
endforeach()

# OpenCV's two modules that we use, found one by one. Debian's OpenCVConfig.cmake comes only with libopencv-dev,
# which brings 174 packages that nothing here uses.
foreach(module core imgproc)
  find_library(OPENCV_${module}_LIBRARY opencv_${module} REQUIRED)
  find_path(OPENCV_INCLUDE_DIR opencv2/core.hpp PATH_SUFFIXES opencv4 REQUIRED)
  if(NOT TARGET opencv_${module})
    add_library(opencv_${module} SHARED IMPORTED)
    set_target_properties(opencv_${module} PROPERTIES IMPORTED_LOCATION ${OPENCV_${module}_LIBRARY}
                          INTERFACE_INCLUDE_DIRECTORIES ${OPENCV_INCLUDE_DIR})
  endif()
endforeach()
mark_as_advanced(OPENCV_INCLUDE_DIR OPENCV_core_LIBRARY OPENCV_imgproc_LIBRARY)

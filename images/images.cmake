# The program that renders the sample pictures. Not part of `all`: ninja -C build/release render_images
file(GLOB WHITTLE_RENDER CONFIGURE_DEPENDS images/render/*.cc)
add_executable(render_images EXCLUDE_FROM_ALL ${WHITTLE_RENDER})
target_link_libraries(render_images PRIVATE JPEG::JPEG Threads::Threads whittle_flags)
target_compile_options(render_images PRIVATE $<$<CONFIG:Release>:-O3>)

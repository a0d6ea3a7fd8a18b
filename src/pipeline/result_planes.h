// The planes of a result: how large each is, and what of the source's plane it shows.
//
// Luma is resized in linear light, chroma as it is coded, but each sample counting by its luma
// (pixel/chroma_resizer.h). Chroma samples lie in the middle of the
// luma samples that they cover (JFIF 1.02), in source and result alike, so both grids begin at the
// picture's corner and only their ends differ. Pure functions, any thread.
#pragma once

#include <cstddef>

#include "pipeline/geometry.h"
#include "pipeline/plan.h"
#include "pixel/resizer.h"

namespace whittle::pipeline {

/// Luma samples to one of plane `p` of the result, along either axis: 1 or 2.
int StepOf(const Plan& plan, std::size_t p);

/// Size of plane `p` of the result, as displayed.
Size PlaneSize(const Plan& plan, std::size_t p);

/// Whether both chroma planes go through one ChromaResizer. Where a file gives them different
/// resolutions, each goes through a Resizer of its own, as if all luma were the same.
bool WeighsChroma(const Plan& plan);

/// The resize from the source's plane `p` to the result's, as stored. The plan has planes.
pixel::ResizeSpec ResizeOf(const Plan& plan, std::size_t p);

/// Rows of luma at chroma's resolution, for as many rows of chroma as `coarse` has room for, which
/// is used where the resolutions differ.
pixel::ConstRowSpan LumaOfChroma(const Plan& plan, const pixel::ConstRowSpan& luma,
                                 const pixel::RowSpan& coarse);

}  // namespace whittle::pipeline

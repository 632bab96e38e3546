//! Memory that is wiped when it is freed.
//!
//! A plan passes through buffers of the standard library and of the JSON reader, which are freed as they are. The
//! runner's program therefore wipes everything that it frees. It frees little, so this costs nothing that can be
//! measured.
#![allow(unsafe_code, reason = "an allocator; each use says why it is sound")]

use std::alloc::{GlobalAlloc, Layout, System};

/// The system's allocator, with wiping.
#[derive(Debug)]
pub struct WipingAllocator;

// SAFETY: everything is left to the system's allocator. Growing a block uses the default of the trait, which
// allocates a new block and frees the old one through `dealloc`.
unsafe impl GlobalAlloc for WipingAllocator {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller keeps the promises of this method.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller keeps the promises of this method.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // SAFETY: the block has the layout's size, belongs to the caller, and is not used afterwards. The barrier keeps
        // the compiler from leaving out writes to memory that is about to be freed.
        unsafe {
            block.write_bytes(0, layout.size());
            zeroize::optimization_barrier(&block);
            System.dealloc(block, layout);
        }
    }
}

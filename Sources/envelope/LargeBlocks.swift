#if canImport(Glibc)
import CMalloc
#endif

/// How the C library's allocator deals with what a long message takes.
enum LargeBlocks {
    /// Blocks of a megabyte and more go back to the system as soon as they are free. By itself glibc learns from the
    /// first one that such blocks are usual, and keeps them: 10 MiB of attachment then cost 20 % more memory.
    static func giveBackAtOnce() {
        #if canImport(Glibc)
        mallopt(M_MMAP_THRESHOLD, 1 << 20)
        #endif
    }
}

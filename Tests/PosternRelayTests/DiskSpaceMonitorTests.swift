import PosternRelay
import Testing

@Suite("Letters are turned away before the disk is full")
struct DiskSpaceMonitorTests {
    /// free MiB, whole MiB → room: below 5 % or 256 MiB there is none (A11).
    @Test(
        arguments: [
            (256, 1_000, true), (255, 1_000, false), (500, 10_000, true), (499, 10_000, false), (5_000, 100_000, true),
            (4_999, 100_000, false), (0, 0, false),
        ] as [(UInt64, UInt64, Bool)])
    func `There is room above 5 % and 256 MiB, whichever is more`(free: UInt64, whole: UInt64, isEnough: Bool) {
        let mebibyte: UInt64 = 1_024 * 1_024
        #expect(DiskSpaceMonitor.isEnough(free: free * mebibyte, of: whole * mebibyte) == isEnough)
    }

    @Test func `A folder of which nobody says how full it is turns no letter away`() async {
        let diskSpace = DiskSpaceMonitor(folder: "/nonexistent")
        await diskSpace.look()
        #expect(diskSpace.isSufficient)
    }
}

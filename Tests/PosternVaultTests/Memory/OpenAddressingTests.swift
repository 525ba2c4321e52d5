import PosternVault
import Testing

@Suite("Searches in a table begin all over it")
struct OpenAddressingTests {
    // Every search began at the first place once: a shift binds tighter than a product.
    @Test(arguments: [1, 7, 40, 1_000])
    func `Hashes that lie evenly have homes that do`(places: Int) {
        var found = [Int](repeating: 0, count: places)
        let hashes = places * 10
        for number in 0..<hashes {
            let hash = UInt32(UInt64(UInt32.max) * UInt64(number) / UInt64(hashes))
            let home = OpenAddressing.home(of: hash, among: places)
            #expect((0..<places).contains(home))
            found[home] += 1
        }
        #expect(found.allSatisfy { (9...11).contains($0) }, "\(found)")
        #expect(OpenAddressing.home(of: .max, among: places) == places - 1)
    }
}

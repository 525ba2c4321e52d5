private import PosternHost

@main
enum Program {
    static func main() {
        Postern.begin()
    }
}

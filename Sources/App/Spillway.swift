@main
enum Spillway {
    static func main() {}
}

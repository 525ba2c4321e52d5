/// Every step the schema has taken.
package enum Schema {
    package static let migrations = [letters, operations, nodes]
}

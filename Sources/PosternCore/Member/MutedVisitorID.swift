package enum MutedVisitorKind {}

/// What the vault calls a visitor for one recipient (`MuteName`): sixteen bytes, which here say nothing of a moment.
package typealias MutedVisitorID = Identifier<MutedVisitorKind>

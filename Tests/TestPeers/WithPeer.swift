/// Lends a peer that follows the dialogue; it is gone when the body returns.
package func withPeer<Result>(
    _ dialogue: Dialogue, _ body: (ScriptedPeer) async throws -> Result
) async throws -> Result {
    let peer = try ScriptedPeer(dialogue)
    peer.start()
    defer { peer.stop() }
    return try await body(peer)
}

import NIOHTTP1

/// A request from its head to where both it and its answer have ended.
struct Exchange {
    let head: HTTPRequestHead
    let body: RequestBody
    var isStarted = false
    var isRead = false
    var isAnswered = false
}

package import JSON
import MCP
import Mail
import Sending
import Store

extension Operations {
    /// Why addresses are not written to any more, and how a person lifts that; nothing for the others.
    package func suppressed(among addresses: [String]) async -> [String: String] {
        guard case .success(let service) = await service(), let all = try? service.suppressions() else {
            return [:]
        }
        let wanted = Dictionary(
            addresses.map { ($0.lowercased(), $0) }, uniquingKeysWith: { first, _ in first })
        var found: [String: String] = [:]
        for suppression in all {
            guard let address = wanted[suppression.address.text.lowercased()] else { continue }
            let failure = Failure.suppressed(suppression.address, suppression)
            found[address] = "\(failure.message) \(failure.hint)"
        }
        return found
    }

    /// What is left of an account's limits: `{"hour": 99}`; nil where it has none.
    package func quota(of account: String) async -> JSON? {
        guard case .success(let service) = await service(), let quotas = try? service.quotas(of: account),
            !quotas.isEmpty
        else { return nil }
        var object: JSON.Object = [:]
        object.add(quotas)
        return object["quota_remaining"]
    }
}

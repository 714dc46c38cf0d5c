import ArgumentParser
import Glibc
import Mail

extension EnvelopeCommand {
    /// As ArgumentParser's own, but for the exit status of what was typed or set wrongly: 2 and not 64.
    static func main() async {
        do {
            var command = try parseAsRoot()
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch let failure as Failure {
            StandardError.write("envelope: \(failure.message)\n          \(failure.hint)\n")
            Glibc.exit(HouseRun.Status(failure).rawValue)
        } catch let error as SettingsError {
            StandardError.write("envelope: \(error)\n")
            Glibc.exit(HouseRun.Status.usage.rawValue)
        } catch  where exitCode(for: error) == .validationFailure {
            StandardError.write(fullMessage(for: error) + "\n")
            Glibc.exit(HouseRun.Status.usage.rawValue)
        } catch {
            exit(withError: error)
        }
    }
}

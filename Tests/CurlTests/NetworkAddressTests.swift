import Testing

@testable import Curl

@Suite("Addresses of the public Internet")
struct NetworkAddressTests {
    @Test(
        "Special addresses are known, at both ends of their blocks",
        arguments: [
            "0.0.0.0", "0.255.255.255", "10.0.0.0", "10.255.255.255", "100.64.0.0", "100.127.255.255",
            "127.0.0.1", "127.255.255.255", "168.63.129.16", "169.254.0.0", "169.254.169.254",
            "169.254.255.255",
            "172.16.0.0", "172.31.255.255", "192.0.0.0", "192.0.0.192", "192.0.2.1", "192.88.99.1",
            "192.168.0.0",
            "192.168.255.255", "198.18.0.0", "198.19.255.255", "198.51.100.7", "203.0.113.7", "224.0.0.1",
            "239.255.255.255", "240.0.0.1", "255.255.255.255",
            "::", "::1", "::7f00:1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254",
            "64:ff9b::127.0.0.1", "64:ff9b::a00:1", "64:ff9b:1::8.8.8.8", "100::1", "2001::1", "2001:1ff::1",
            "2001:db8::1", "2002:7f00:1::1", "2002:808:808::1", "3fff::1", "3fff:fff::1", "4000::1",
            "5f00::1",
            "fc00::1", "fdff::1", "fd00:ec2::254", "fe80::1", "febf::1", "fec0::1", "ff02::1",
        ])
    func special(_ text: String) throws {
        let address = try #require(NetworkAddress(text))
        #expect(address.peculiarity != nil)
        #expect(HTTPRequest.Reach.publicAddresses().objection(to: address) != nil)
        #expect(HTTPRequest.Reach.publicAddresses(and: [text]).objection(to: address) == nil)
        #expect(HTTPRequest.Reach.everywhere.objection(to: address) == nil)
    }

    @Test(
        "Public addresses are, just outside of those blocks",
        arguments: [
            "1.0.0.0", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255",
            "128.0.0.0",
            "168.63.129.15", "168.63.129.17", "169.253.255.255", "169.255.0.0", "172.15.255.255",
            "172.32.0.0",
            "192.0.1.0", "192.0.3.0", "192.167.255.255", "192.169.0.0", "198.17.255.255", "198.20.0.0",
            "198.51.101.0", "203.0.114.0", "223.255.255.255", "8.8.8.8",
            "2000::1", "2001:200::1", "2001:4860:4860::8888", "2001:db7::1", "2001:db9::1", "2003::1",
            "2a00::1",
            "3ffe::1", "3fff:1000::1", "::ffff:8.8.8.8", "64:ff9b::8.8.8.8",
        ])
    func ordinary(_ text: String) throws {
        let address = try #require(NetworkAddress(text))
        #expect(address.peculiarity == nil)
        #expect(HTTPRequest.Reach.publicAddresses().objection(to: address) == nil)
    }

    @Test("What is no IP address is not connected to")
    func other() {
        #expect(HTTPRequest.Reach.publicAddresses().objection(to: nil) != nil)
        #expect(NetworkAddress("127.1") == nil && NetworkAddress("") == nil)
        let short: [UInt8] = [2, 0, 0, 80]
        short.withUnsafeBytes { octets in
            #expect(NetworkAddress(sockaddr: octets, family: 2) == nil)
            #expect(NetworkAddress(sockaddr: octets, family: 1) == nil)
        }
    }
}

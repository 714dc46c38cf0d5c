import CCurl

/// Which certificate authorities to trust, in the form that costs libcurl least.
///
/// Debian's libcurl is built with a bundle *and* a hashed folder. With both set its CA cache is off, and every TLS
/// connection was measured at 19 ms CPU and 840 KB; with the bundle alone all handles of a multi share one store:
/// 0.8 ms and 43 KB (7.88 to 8.14). Later versions put the folder back, so there the defaults stay as they are.
struct TrustStore {
    private let bundleAlone: Bool

    init() {
        guard let info = ccurl_version()?.pointee else {
            bundleAlone = false
            return
        }
        let hasBoth = info.cainfo != nil && info.capath != nil
        bundleAlone = hasBoth && info.version_num <= 0x080EFF
    }

    func apply(to easy: UnsafeMutableRawPointer, caFile: String?) -> CURLcode {
        if bundleAlone || caFile != nil {
            // Some TLS libraries know no folder at all, and then there is none to take away.
            _ = ccurl_set_string(easy, CURLOPT_CAPATH, nil)
        }
        guard let caFile else { return CURLE_OK }
        return ccurl_set_string(easy, CURLOPT_CAINFO, caFile)
    }
}

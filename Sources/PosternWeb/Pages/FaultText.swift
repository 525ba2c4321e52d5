package import PosternCore

extension Catalogue {
    /// What a visitor is told about a fault of one field, in the language of the page.
    package func text(of fault: FieldFault) -> String {
        switch fault.reason {
        case .text(.empty), .address(.empty):
            switch fault.field {
            case .name: self(.faultNameRequired)
            case .email: self(.faultEmailRequired)
            case .message, .subject, .about: self(.faultMessageRequired)
            }
        case .text(.tooLong(let limit, let count)):
            self(.faultTooLong, ["limit": number(limit), "count": number(count), "excess": number(count - limit)])
        case .text(.lineBreak): self(.faultLineBreak)
        case .text(.controlCharacter): self(.faultControlCharacter)
        case .address(.tooLong): self(.faultAddressTooLong)
        case .address(.noAtSign): self(.faultAddressNoAt)
        case .address(.localPart): self(.faultAddressLocalPart)
        case .address(.domain): self(.faultAddressDomain)
        }
    }
}

DefinitionBlock ("", "SSDT", 2, "ZPLACE", "ZONEPLAN", 0x00000001)
{
    Scope (\_SB)
    {
        Device (ZM00)
        {
            Name (_HID, EisaId ("PNP0C80") /* Memory Device */)  // _HID: Hardware ID
            Name (_UID, Zero)  // _UID: Unique ID
            Name (_PXM, Zero)  // _PXM: Device Proximity
            Name (_CRS, ResourceTemplate ()  // _CRS: Current Resource Settings
            {
                QWordMemory (ResourceProducer, PosDecode, MinFixed, MaxFixed, Cacheable, ReadWrite,
                    0x0000000000000000, // Granularity
                    0x0000000058000000, // Range Minimum
                    0x0000000077FFFFFF, // Range Maximum
                    0x0000000000000000, // Translation Offset
                    0x0000000020000000, // Length
                    ,, , AddressRangeMemory, TypeStatic)
            })
            Name (_STA, 0x0F)  // _STA: Status
        }

        Device (ZM01)
        {
            Name (_HID, EisaId ("PNP0C80") /* Memory Device */)  // _HID: Hardware ID
            Name (_UID, One)  // _UID: Unique ID
            Name (_PXM, One)  // _PXM: Device Proximity
            Name (_CRS, ResourceTemplate ()  // _CRS: Current Resource Settings
            {
                QWordMemory (ResourceProducer, PosDecode, MinFixed, MaxFixed, Cacheable, ReadWrite,
                    0x0000000000000000, // Granularity
                    0x0000000078000000, // Range Minimum
                    0x0000000097FFFFFF, // Range Maximum
                    0x0000000000000000, // Translation Offset
                    0x0000000020000000, // Length
                    ,, , AddressRangeMemory, TypeStatic)
            })
            Name (_STA, 0x0F)  // _STA: Status
        }
    }
}


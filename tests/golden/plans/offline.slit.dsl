
[000h 0000   4]                    Signature : "SLIT"    [System Locality Information Table]
[004h 0004   4]                 Table Length : 00000035
[008h 0008   1]                     Revision : 01
[009h 0009   1]                     Checksum : 9E
[00Ah 0010   6]                       Oem ID : "ZPLACE"
[010h 0016   8]                 Oem Table ID : "ZONEPLAN"
[018h 0024   4]                 Oem Revision : 00000001
[01Ch 0028   4]              Asl Compiler ID : "ZPLC"
[020h 0032   4]        Asl Compiler Revision : 00000001

[024h 0036   8]                   Localities : 0000000000000003
[02Ch 0044   3]                 Locality   0 : 0A 10 16
[02Fh 0047   3]                 Locality   1 : 10 0A 10
[032h 0050   3]                 Locality   2 : 16 12 0A

Raw Table Data: Length 53 (0x35)

    0000: 53 4C 49 54 35 00 00 00 01 9E 5A 50 4C 41 43 45  // SLIT5.....ZPLACE
    0010: 5A 4F 4E 45 50 4C 41 4E 01 00 00 00 5A 50 4C 43  // ZONEPLAN....ZPLC
    0020: 01 00 00 00 03 00 00 00 00 00 00 00 0A 10 16 10  // ................
    0030: 0A 10 16 12 0A                                   // .....

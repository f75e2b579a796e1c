
[000h 0000   4]                    Signature : "SRAT"    [System Resource Affinity Table]
[004h 0004   4]                 Table Length : 00000178
[008h 0008   1]                     Revision : 03
[009h 0009   1]                     Checksum : A8
[00Ah 0010   6]                       Oem ID : "ZPLACE"
[010h 0016   8]                 Oem Table ID : "ZONEPLAN"
[018h 0024   4]                 Oem Revision : 00000001
[01Ch 0028   4]              Asl Compiler ID : "ZPLC"
[020h 0032   4]        Asl Compiler Revision : 00000001

[024h 0036   4]               Table Revision : 00000001
[028h 0040   8]                     Reserved : 0000000000000000

[030h 0048   1]                Subtable Type : 00 [Processor Local APIC/SAPIC Affinity]
[031h 0049   1]                       Length : 10

[032h 0050   1]      Proximity Domain Low(8) : 00
[033h 0051   1]                      Apic ID : 00
[034h 0052   4]        Flags (decoded below) : 00000001
                                     Enabled : 1
[038h 0056   1]              Local Sapic EID : 00
[039h 0057   3]    Proximity Domain High(24) : 000000
[03Ch 0060   4]                 Clock Domain : 00000000

[040h 0064   1]                Subtable Type : 00 [Processor Local APIC/SAPIC Affinity]
[041h 0065   1]                       Length : 10

[042h 0066   1]      Proximity Domain Low(8) : 00
[043h 0067   1]                      Apic ID : 01
[044h 0068   4]        Flags (decoded below) : 00000001
                                     Enabled : 1
[048h 0072   1]              Local Sapic EID : 00
[049h 0073   3]    Proximity Domain High(24) : 000000
[04Ch 0076   4]                 Clock Domain : 00000000

[050h 0080   1]                Subtable Type : 00 [Processor Local APIC/SAPIC Affinity]
[051h 0081   1]                       Length : 10

[052h 0082   1]      Proximity Domain Low(8) : 00
[053h 0083   1]                      Apic ID : 02
[054h 0084   4]        Flags (decoded below) : 00000001
                                     Enabled : 1
[058h 0088   1]              Local Sapic EID : 00
[059h 0089   3]    Proximity Domain High(24) : 000000
[05Ch 0092   4]                 Clock Domain : 00000000

[060h 0096   1]                Subtable Type : 00 [Processor Local APIC/SAPIC Affinity]
[061h 0097   1]                       Length : 10

[062h 0098   1]      Proximity Domain Low(8) : 00
[063h 0099   1]                      Apic ID : 03
[064h 0100   4]        Flags (decoded below) : 00000001
                                     Enabled : 1
[068h 0104   1]              Local Sapic EID : 00
[069h 0105   3]    Proximity Domain High(24) : 000000
[06Ch 0108   4]                 Clock Domain : 00000000

[070h 0112   1]                Subtable Type : 00 [Processor Local APIC/SAPIC Affinity]
[071h 0113   1]                       Length : 10

[072h 0114   1]      Proximity Domain Low(8) : 01
[073h 0115   1]                      Apic ID : 04
[074h 0116   4]        Flags (decoded below) : 00000001
                                     Enabled : 1
[078h 0120   1]              Local Sapic EID : 00
[079h 0121   3]    Proximity Domain High(24) : 000000
[07Ch 0124   4]                 Clock Domain : 00000000

[080h 0128   1]                Subtable Type : 00 [Processor Local APIC/SAPIC Affinity]
[081h 0129   1]                       Length : 10

[082h 0130   1]      Proximity Domain Low(8) : 01
[083h 0131   1]                      Apic ID : 05
[084h 0132   4]        Flags (decoded below) : 00000001
                                     Enabled : 1
[088h 0136   1]              Local Sapic EID : 00
[089h 0137   3]    Proximity Domain High(24) : 000000
[08Ch 0140   4]                 Clock Domain : 00000000

[090h 0144   1]                Subtable Type : 00 [Processor Local APIC/SAPIC Affinity]
[091h 0145   1]                       Length : 10

[092h 0146   1]      Proximity Domain Low(8) : 01
[093h 0147   1]                      Apic ID : 06
[094h 0148   4]        Flags (decoded below) : 00000001
                                     Enabled : 1
[098h 0152   1]              Local Sapic EID : 00
[099h 0153   3]    Proximity Domain High(24) : 000000
[09Ch 0156   4]                 Clock Domain : 00000000

[0A0h 0160   1]                Subtable Type : 00 [Processor Local APIC/SAPIC Affinity]
[0A1h 0161   1]                       Length : 10

[0A2h 0162   1]      Proximity Domain Low(8) : 01
[0A3h 0163   1]                      Apic ID : 07
[0A4h 0164   4]        Flags (decoded below) : 00000001
                                     Enabled : 1
[0A8h 0168   1]              Local Sapic EID : 00
[0A9h 0169   3]    Proximity Domain High(24) : 000000
[0ACh 0172   4]                 Clock Domain : 00000000

[0B0h 0176   1]                Subtable Type : 01 [Memory Affinity]
[0B1h 0177   1]                       Length : 28

[0B2h 0178   4]             Proximity Domain : 00000000
[0B6h 0182   2]                    Reserved1 : 0000
[0B8h 0184   8]                 Base Address : 0000000000000000
[0C0h 0192   8]               Address Length : 0000000020000000
[0C8h 0200   4]                    Reserved2 : 00000000
[0CCh 0204   4]        Flags (decoded below) : 00000001
                                     Enabled : 1
                               Hot Pluggable : 0
                                Non-Volatile : 0
[0D0h 0208   8]                    Reserved3 : 0000000000000000

[0D8h 0216   1]                Subtable Type : 01 [Memory Affinity]
[0D9h 0217   1]                       Length : 28

[0DAh 0218   4]             Proximity Domain : 00000001
[0DEh 0222   2]                    Reserved1 : 0000
[0E0h 0224   8]                 Base Address : 0000000020000000
[0E8h 0232   8]               Address Length : 0000000020000000
[0F0h 0240   4]                    Reserved2 : 00000000
[0F4h 0244   4]        Flags (decoded below) : 00000001
                                     Enabled : 1
                               Hot Pluggable : 0
                                Non-Volatile : 0
[0F8h 0248   8]                    Reserved3 : 0000000000000000

[100h 0256   1]                Subtable Type : 01 [Memory Affinity]
[101h 0257   1]                       Length : 28

[102h 0258   4]             Proximity Domain : 00000000
[106h 0262   2]                    Reserved1 : 0000
[108h 0264   8]                 Base Address : 0000000040000000
[110h 0272   8]               Address Length : 0000000010000000
[118h 0280   4]                    Reserved2 : 00000000
[11Ch 0284   4]        Flags (decoded below) : 00000001
                                     Enabled : 1
                               Hot Pluggable : 0
                                Non-Volatile : 0
[120h 0288   8]                    Reserved3 : 0000000000000000

[128h 0296   1]                Subtable Type : 01 [Memory Affinity]
[129h 0297   1]                       Length : 28

[12Ah 0298   4]             Proximity Domain : 00000000
[12Eh 0302   2]                    Reserved1 : 0000
[130h 0304   8]                 Base Address : 0000000058000000
[138h 0312   8]               Address Length : 0000000020000000
[140h 0320   4]                    Reserved2 : 00000000
[144h 0324   4]        Flags (decoded below) : 00000003
                                     Enabled : 1
                               Hot Pluggable : 1
                                Non-Volatile : 0
[148h 0328   8]                    Reserved3 : 0000000000000000

[150h 0336   1]                Subtable Type : 01 [Memory Affinity]
[151h 0337   1]                       Length : 28

[152h 0338   4]             Proximity Domain : 00000001
[156h 0342   2]                    Reserved1 : 0000
[158h 0344   8]                 Base Address : 0000000078000000
[160h 0352   8]               Address Length : 0000000020000000
[168h 0360   4]                    Reserved2 : 00000000
[16Ch 0364   4]        Flags (decoded below) : 00000003
                                     Enabled : 1
                               Hot Pluggable : 1
                                Non-Volatile : 0
[170h 0368   8]                    Reserved3 : 0000000000000000

Raw Table Data: Length 376 (0x178)

    0000: 53 52 41 54 78 01 00 00 03 A8 5A 50 4C 41 43 45  // SRATx.....ZPLACE
    0010: 5A 4F 4E 45 50 4C 41 4E 01 00 00 00 5A 50 4C 43  // ZONEPLAN....ZPLC
    0020: 01 00 00 00 01 00 00 00 00 00 00 00 00 00 00 00  // ................
    0030: 00 10 00 00 01 00 00 00 00 00 00 00 00 00 00 00  // ................
    0040: 00 10 00 01 01 00 00 00 00 00 00 00 00 00 00 00  // ................
    0050: 00 10 00 02 01 00 00 00 00 00 00 00 00 00 00 00  // ................
    0060: 00 10 00 03 01 00 00 00 00 00 00 00 00 00 00 00  // ................
    0070: 00 10 01 04 01 00 00 00 00 00 00 00 00 00 00 00  // ................
    0080: 00 10 01 05 01 00 00 00 00 00 00 00 00 00 00 00  // ................
    0090: 00 10 01 06 01 00 00 00 00 00 00 00 00 00 00 00  // ................
    00A0: 00 10 01 07 01 00 00 00 00 00 00 00 00 00 00 00  // ................
    00B0: 01 28 00 00 00 00 00 00 00 00 00 00 00 00 00 00  // .(..............
    00C0: 00 00 00 20 00 00 00 00 00 00 00 00 01 00 00 00  // ... ............
    00D0: 00 00 00 00 00 00 00 00 01 28 01 00 00 00 00 00  // .........(......
    00E0: 00 00 00 20 00 00 00 00 00 00 00 20 00 00 00 00  // ... ....... ....
    00F0: 00 00 00 00 01 00 00 00 00 00 00 00 00 00 00 00  // ................
    0100: 01 28 00 00 00 00 00 00 00 00 00 40 00 00 00 00  // .(.........@....
    0110: 00 00 00 10 00 00 00 00 00 00 00 00 01 00 00 00  // ................
    0120: 00 00 00 00 00 00 00 00 01 28 00 00 00 00 00 00  // .........(......
    0130: 00 00 00 58 00 00 00 00 00 00 00 20 00 00 00 00  // ...X....... ....
    0140: 00 00 00 00 03 00 00 00 00 00 00 00 00 00 00 00  // ................
    0150: 01 28 01 00 00 00 00 00 00 00 00 78 00 00 00 00  // .(.........x....
    0160: 00 00 00 20 00 00 00 00 00 00 00 00 03 00 00 00  // ... ............
    0170: 00 00 00 00 00 00 00 00                          // ........


[000h 0000   4]                    Signature : "SRAT"    [System Resource Affinity Table]
[004h 0004   4]                 Table Length : 00000168
[008h 0008   1]                     Revision : 03
[009h 0009   1]                     Checksum : 60
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
[043h 0067   1]                      Apic ID : 02
[044h 0068   4]        Flags (decoded below) : 00000001
                                     Enabled : 1
[048h 0072   1]              Local Sapic EID : 00
[049h 0073   3]    Proximity Domain High(24) : 000000
[04Ch 0076   4]                 Clock Domain : 00000000

[050h 0080   1]                Subtable Type : 00 [Processor Local APIC/SAPIC Affinity]
[051h 0081   1]                       Length : 10

[052h 0082   1]      Proximity Domain Low(8) : 00
[053h 0083   1]                      Apic ID : 04
[054h 0084   4]        Flags (decoded below) : 00000001
                                     Enabled : 1
[058h 0088   1]              Local Sapic EID : 00
[059h 0089   3]    Proximity Domain High(24) : 000000
[05Ch 0092   4]                 Clock Domain : 00000000

[060h 0096   1]                Subtable Type : 00 [Processor Local APIC/SAPIC Affinity]
[061h 0097   1]                       Length : 10

[062h 0098   1]      Proximity Domain Low(8) : 00
[063h 0099   1]                      Apic ID : 06
[064h 0100   4]        Flags (decoded below) : 00000000
                                     Enabled : 0
[068h 0104   1]              Local Sapic EID : 00
[069h 0105   3]    Proximity Domain High(24) : 000000
[06Ch 0108   4]                 Clock Domain : 00000000

[070h 0112   1]                Subtable Type : 00 [Processor Local APIC/SAPIC Affinity]
[071h 0113   1]                       Length : 10

[072h 0114   1]      Proximity Domain Low(8) : 01
[073h 0115   1]                      Apic ID : 08
[074h 0116   4]        Flags (decoded below) : 00000001
                                     Enabled : 1
[078h 0120   1]              Local Sapic EID : 00
[079h 0121   3]    Proximity Domain High(24) : 000000
[07Ch 0124   4]                 Clock Domain : 00000000

[080h 0128   1]                Subtable Type : 00 [Processor Local APIC/SAPIC Affinity]
[081h 0129   1]                       Length : 10

[082h 0130   1]      Proximity Domain Low(8) : 01
[083h 0131   1]                      Apic ID : 0A
[084h 0132   4]        Flags (decoded below) : 00000001
                                     Enabled : 1
[088h 0136   1]              Local Sapic EID : 00
[089h 0137   3]    Proximity Domain High(24) : 000000
[08Ch 0140   4]                 Clock Domain : 00000000

[090h 0144   1]                Subtable Type : 00 [Processor Local APIC/SAPIC Affinity]
[091h 0145   1]                       Length : 10

[092h 0146   1]      Proximity Domain Low(8) : 01
[093h 0147   1]                      Apic ID : 0C
[094h 0148   4]        Flags (decoded below) : 00000001
                                     Enabled : 1
[098h 0152   1]              Local Sapic EID : 00
[099h 0153   3]    Proximity Domain High(24) : 000000
[09Ch 0156   4]                 Clock Domain : 00000000

[0A0h 0160   1]                Subtable Type : 00 [Processor Local APIC/SAPIC Affinity]
[0A1h 0161   1]                       Length : 10

[0A2h 0162   1]      Proximity Domain Low(8) : 01
[0A3h 0163   1]                      Apic ID : 0E
[0A4h 0164   4]        Flags (decoded below) : 00000000
                                     Enabled : 0
[0A8h 0168   1]              Local Sapic EID : 00
[0A9h 0169   3]    Proximity Domain High(24) : 000000
[0ACh 0172   4]                 Clock Domain : 00000000

[0B0h 0176   1]                Subtable Type : 00 [Processor Local APIC/SAPIC Affinity]
[0B1h 0177   1]                       Length : 10

[0B2h 0178   1]      Proximity Domain Low(8) : 02
[0B3h 0179   1]                      Apic ID : 10
[0B4h 0180   4]        Flags (decoded below) : 00000001
                                     Enabled : 1
[0B8h 0184   1]              Local Sapic EID : 00
[0B9h 0185   3]    Proximity Domain High(24) : 000000
[0BCh 0188   4]                 Clock Domain : 00000000

[0C0h 0192   1]                Subtable Type : 00 [Processor Local APIC/SAPIC Affinity]
[0C1h 0193   1]                       Length : 10

[0C2h 0194   1]      Proximity Domain Low(8) : 02
[0C3h 0195   1]                      Apic ID : 12
[0C4h 0196   4]        Flags (decoded below) : 00000000
                                     Enabled : 0
[0C8h 0200   1]              Local Sapic EID : 00
[0C9h 0201   3]    Proximity Domain High(24) : 000000
[0CCh 0204   4]                 Clock Domain : 00000000

[0D0h 0208   1]                Subtable Type : 00 [Processor Local APIC/SAPIC Affinity]
[0D1h 0209   1]                       Length : 10

[0D2h 0210   1]      Proximity Domain Low(8) : 02
[0D3h 0211   1]                      Apic ID : 14
[0D4h 0212   4]        Flags (decoded below) : 00000000
                                     Enabled : 0
[0D8h 0216   1]              Local Sapic EID : 00
[0D9h 0217   3]    Proximity Domain High(24) : 000000
[0DCh 0220   4]                 Clock Domain : 00000000

[0E0h 0224   1]                Subtable Type : 00 [Processor Local APIC/SAPIC Affinity]
[0E1h 0225   1]                       Length : 10

[0E2h 0226   1]      Proximity Domain Low(8) : 02
[0E3h 0227   1]                      Apic ID : 16
[0E4h 0228   4]        Flags (decoded below) : 00000000
                                     Enabled : 0
[0E8h 0232   1]              Local Sapic EID : 00
[0E9h 0233   3]    Proximity Domain High(24) : 000000
[0ECh 0236   4]                 Clock Domain : 00000000

[0F0h 0240   1]                Subtable Type : 01 [Memory Affinity]
[0F1h 0241   1]                       Length : 28

[0F2h 0242   4]             Proximity Domain : 00000000
[0F6h 0246   2]                    Reserved1 : 0000
[0F8h 0248   8]                 Base Address : 0000000000000000
[100h 0256   8]               Address Length : 000000002BC00000
[108h 0264   4]                    Reserved2 : 00000000
[10Ch 0268   4]        Flags (decoded below) : 00000001
                                     Enabled : 1
                               Hot Pluggable : 0
                                Non-Volatile : 0
[110h 0272   8]                    Reserved3 : 0000000000000000

[118h 0280   1]                Subtable Type : 01 [Memory Affinity]
[119h 0281   1]                       Length : 28

[11Ah 0282   4]             Proximity Domain : 00000001
[11Eh 0286   2]                    Reserved1 : 0000
[120h 0288   8]                 Base Address : 000000002BC00000
[128h 0296   8]               Address Length : 000000002BC00000
[130h 0304   4]                    Reserved2 : 00000000
[134h 0308   4]        Flags (decoded below) : 00000001
                                     Enabled : 1
                               Hot Pluggable : 0
                                Non-Volatile : 0
[138h 0312   8]                    Reserved3 : 0000000000000000

[140h 0320   1]                Subtable Type : 01 [Memory Affinity]
[141h 0321   1]                       Length : 28

[142h 0322   4]             Proximity Domain : 00000002
[146h 0326   2]                    Reserved1 : 0000
[148h 0328   8]                 Base Address : 0000000057800000
[150h 0336   8]               Address Length : 0000000008200000
[158h 0344   4]                    Reserved2 : 00000000
[15Ch 0348   4]        Flags (decoded below) : 00000001
                                     Enabled : 1
                               Hot Pluggable : 0
                                Non-Volatile : 0
[160h 0352   8]                    Reserved3 : 0000000000000000

Raw Table Data: Length 360 (0x168)

    0000: 53 52 41 54 68 01 00 00 03 60 5A 50 4C 41 43 45  // SRATh....`ZPLACE
    0010: 5A 4F 4E 45 50 4C 41 4E 01 00 00 00 5A 50 4C 43  // ZONEPLAN....ZPLC
    0020: 01 00 00 00 01 00 00 00 00 00 00 00 00 00 00 00  // ................
    0030: 00 10 00 00 01 00 00 00 00 00 00 00 00 00 00 00  // ................
    0040: 00 10 00 02 01 00 00 00 00 00 00 00 00 00 00 00  // ................
    0050: 00 10 00 04 01 00 00 00 00 00 00 00 00 00 00 00  // ................
    0060: 00 10 00 06 00 00 00 00 00 00 00 00 00 00 00 00  // ................
    0070: 00 10 01 08 01 00 00 00 00 00 00 00 00 00 00 00  // ................
    0080: 00 10 01 0A 01 00 00 00 00 00 00 00 00 00 00 00  // ................
    0090: 00 10 01 0C 01 00 00 00 00 00 00 00 00 00 00 00  // ................
    00A0: 00 10 01 0E 00 00 00 00 00 00 00 00 00 00 00 00  // ................
    00B0: 00 10 02 10 01 00 00 00 00 00 00 00 00 00 00 00  // ................
    00C0: 00 10 02 12 00 00 00 00 00 00 00 00 00 00 00 00  // ................
    00D0: 00 10 02 14 00 00 00 00 00 00 00 00 00 00 00 00  // ................
    00E0: 00 10 02 16 00 00 00 00 00 00 00 00 00 00 00 00  // ................
    00F0: 01 28 00 00 00 00 00 00 00 00 00 00 00 00 00 00  // .(..............
    0100: 00 00 C0 2B 00 00 00 00 00 00 00 00 01 00 00 00  // ...+............
    0110: 00 00 00 00 00 00 00 00 01 28 01 00 00 00 00 00  // .........(......
    0120: 00 00 C0 2B 00 00 00 00 00 00 C0 2B 00 00 00 00  // ...+.......+....
    0130: 00 00 00 00 01 00 00 00 00 00 00 00 00 00 00 00  // ................
    0140: 01 28 02 00 00 00 00 00 00 00 80 57 00 00 00 00  // .(.........W....
    0150: 00 00 20 08 00 00 00 00 00 00 00 00 01 00 00 00  // .. .............
    0160: 00 00 00 00 00 00 00 00                          // ........

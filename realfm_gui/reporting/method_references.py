"""The papers behind the method section, each with the words it is cited by."""

REFERENCES = {
    "Abbey et al. 2013": "Abbey CK, Eckstein MP, Boone JM. Med Decis Making 2013;33(4):510-520.",
    "Chakraborty 2017": (
        "Chakraborty DP. Observer Performance Methods for Diagnostic Imaging. CRC Press 2017."
    ),
    "Chakraborty and Berbaum 2004": "Chakraborty DP, Berbaum KS. Med Phys 2004;31(8):2313-2330.",
    "Chakraborty and Zhai 2016": "Chakraborty DP, Zhai X. Med Phys 2016;43(5):2264-2274.",
    "Chen et al. 2012": "Chen W, Petrick NA, Sahiner B. Acad Radiol 2012;19(9):1158-1165.",
    "DeLong et al. 1988": ("DeLong ER, DeLong DM, Clarke-Pearson DL. Biometrics 1988;44(3):837-845."),
    "Dorfman and Alf 1969": "Dorfman DD, Alf E. J Math Psychol 1969;6(3):487-496.",
    "Dorfman and Berbaum 2000": "Dorfman DD, Berbaum KS. Acad Radiol 2000;7(6):427-437.",
    "Efron and Tibshirani 1993": (
        "Efron B, Tibshirani RJ. An Introduction to the Bootstrap. Chapman and Hall 1993."
    ),
    "Gallas 2006": "Gallas BD. Acad Radiol 2006;13(3):353-362.",
    "Gallas et al. 2009": (
        "Gallas BD, Bandos A, Samuelson FW, Wagner RF. Commun Stat Theory Methods 2009;38(15):2586-2603."
    ),
    "Gaylor and Hopper 1969": "Gaylor DW, Hopper FN. Technometrics 1969;11(4):691-706.",
    "Hanley and McNeil 1982": "Hanley JA, McNeil BJ. Radiology 1982;143(1):29-36.",
    "Hillis 2007": "Hillis SL. Stat Med 2007;26(3):596-619.",
    "Hillis 2014": "Hillis SL. Stat Med 2014;33(2):330-360.",
    "Hillis et al. 2005": (
        "Hillis SL, Obuchowski NA, Schartz KM, Berbaum KS. Stat Med 2005;24(10):1579-1607."
    ),
    "Hillis et al. 2011": "Hillis SL, Obuchowski NA, Berbaum KS. Acad Radiol 2011;18(2):129-142.",
    "Holm 1979": "Holm S. Scand J Stat 1979;6(2):65-70.",
    "Hupse et al. 2013": ("Hupse R, Samulski M, Lobbes MB, et al. Radiology 2013;266(1):123-129."),
    "McClish 1989": "McClish DK. Med Decis Making 1989;9(3):190-195.",
    "Mercaldo et al. 2007": "Mercaldo ND, Lau KF, Zhou XH. Stat Med 2007;26(10):2170-2183.",
    "Metz and Pan 1999": "Metz CE, Pan X. J Math Psychol 1999;43(1):1-33.",
    "Obuchowski 1997": "Obuchowski NA. Biometrics 1997;53(2):567-578.",
    "Obuchowski and Rockette 1995": (
        "Obuchowski NA, Rockette HE. Commun Stat Simul Comput 1995;24(2):285-308."
    ),
    "Obuchowski et al. 2012": "Obuchowski NA, Gallas BD, Hillis SL. Acad Radiol 2012;19(12):1508-1517.",
    "Schuirmann 1987": "Schuirmann DJ. J Pharmacokinet Biopharm 1987;15(6):657-680.",
    "Swensson 1996": "Swensson RG. Med Phys 1996;23(10):1709-1725.",
    "Vickers and Elkin 2006": "Vickers AJ, Elkin EB. Med Decis Making 2006;26(6):565-574.",
    "Youden 1950": "Youden WJ. Cancer 1950;3(1):32-35.",
}
"""From the words in the text to the entry in the list."""


def cited(text: str) -> tuple[str, ...]:
    """Return the entries of the papers that a text cites, in alphabetical order."""
    return tuple(entry for words, entry in sorted(REFERENCES.items()) if words in text)

/* docx_tags.h: the elements of office documents that the converter knows: namespace and local name to a number. */
#ifndef DOCRING_WORKERS_PREPROCESS_DOCX_TAGS_H
#define DOCRING_WORKERS_PREPROCESS_DOCX_TAGS_H

#define DOCX_TAGS(TAG) \
	/* WordprocessingML */ \
	TAG(W, document) TAG(W, body) TAG(W, p) TAG(W, pPr) TAG(W, r) TAG(W, rPr) TAG(W, t) TAG(W, tab) TAG(W, ptab) TAG(W, br) TAG(W, cr) \
	TAG(W, noBreakHyphen) TAG(W, softHyphen) TAG(W, sym) TAG(W, pStyle) TAG(W, rStyle) TAG(W, numPr) TAG(W, numId) TAG(W, ilvl) \
	TAG(W, outlineLvl) TAG(W, ind) TAG(W, b) TAG(W, i) TAG(W, strike) TAG(W, dstrike) TAG(W, vertAlign) TAG(W, vanish) TAG(W, webHidden) \
	TAG(W, specVanish) TAG(W, rFonts) TAG(W, ins) TAG(W, del) TAG(W, moveFrom) TAG(W, moveTo) TAG(W, tbl) TAG(W, tblPr) TAG(W, tr) \
	TAG(W, trPr) TAG(W, tc) TAG(W, tcPr) TAG(W, gridSpan) TAG(W, vMerge) TAG(W, hMerge) TAG(W, gridBefore) TAG(W, gridAfter) \
	TAG(W, tblHeader) TAG(W, cellDel) TAG(W, hyperlink) TAG(W, fldSimple) TAG(W, fldChar) TAG(W, instrText) TAG(W, checked) TAG(W, default) \
	TAG(W, footnoteReference) TAG(W, endnoteReference) TAG(W, footnote) TAG(W, endnote) TAG(W, sdt) TAG(W, sdtPr) TAG(W, docPartGallery) \
	TAG(W, showingPlcHdr) TAG(W, sdtContent) TAG(W, drawing) TAG(W, pict) TAG(W, object) TAG(W, txbxContent) TAG(W, sectPr) TAG(W, pPrChange) \
	TAG(W, rPrChange) TAG(W, tblPrChange) TAG(W, trPrChange) TAG(W, tcPrChange) TAG(W, sectPrChange) TAG(W, tblPrExChange) \
	TAG(W, numberingChange) TAG(W, rt) TAG(W, style) TAG(W, name) TAG(W, basedOn) TAG(W, docDefaults) TAG(W, tblStylePr) TAG(W, num) \
	TAG(W, abstractNum) TAG(W, abstractNumId) TAG(W, lvl) TAG(W, start) TAG(W, numFmt) TAG(W, lvlText) TAG(W, isLgl) TAG(W, lvlRestart) \
	TAG(W, suff) TAG(W, lvlOverride) TAG(W, startOverride) TAG(W, numStyleLink) TAG(W, framePr) TAG(W, delText) TAG(W, altChunk) \
	TAG(W, comment) TAG(W, sz) TAG(W, styleLink) \
	/* Office MathML */ \
	TAG(M, oMath) TAG(M, oMathPara) TAG(M, r) TAG(M, t) TAG(M, f) TAG(M, num) TAG(M, den) TAG(M, sSub) TAG(M, sSup) TAG(M, sSubSup) \
	TAG(M, sPre) TAG(M, sub) TAG(M, sup) TAG(M, e) TAG(M, rad) TAG(M, deg) TAG(M, nary) TAG(M, naryPr) TAG(M, chr) TAG(M, d) TAG(M, dPr) \
	TAG(M, begChr) TAG(M, endChr) TAG(M, sepChr) TAG(M, m) TAG(M, mr) TAG(M, eqArr) TAG(M, func) TAG(M, fName) TAG(M, limLow) \
	TAG(M, limUpp) TAG(M, lim) TAG(M, acc) TAG(M, accPr) TAG(M, bar) TAG(M, type) TAG(M, fPr) TAG(M, groupChr) TAG(M, groupChrPr) \
	/* drawings */ \
	TAG(A, blip) TAG(A, t) TAG(A, p) TAG(WP, docPr) TAG(V, imagedata) TAG(V, shape) TAG(V, textpath) TAG(MC, AlternateContent) \
	TAG(MC, Choice) TAG(MC, Fallback) TAG(C, chart) TAG(C, title) TAG(C, ser) TAG(C, tx) TAG(C, cat) TAG(C, val) TAG(C, xVal) \
	TAG(C, yVal) TAG(C, pt) TAG(C, v) TAG(DGM, relIds) TAG(DGM, pt) \
	/* of the package, of the core properties */ \
	TAG(REL, Relationship) TAG(CT, Override) TAG(DC, title)

enum docx_tag {
	DOCX_UNKNOWN,
#define DOCX_TAG_NAME(space, name) DOCX_##space##_##name,
	DOCX_TAGS(DOCX_TAG_NAME)
#undef DOCX_TAG_NAME
	DOCX_TAG_COUNT
};

/* Either may be NULL. */
enum docx_tag docx_tag_find(const char *namespace, const char *name);

#endif

#include "workers/preprocess/ocr.h"

#include "base/utf8.h"
#include "workers/preprocess/ocr_lines.h"
#include "workers/preprocess/pdf_page.h"

#include <errno.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <tesseract/capi.h>

/* Of libgomp; its header comes with the compiler, and other compilers have none. */
void omp_set_max_active_levels(int levels);

enum { OWN_MAPPING_BYTES_MIN = 1 << 20, UNUSED_BYTES_MAX = 4 << 20 }; /* of memory */
enum { TEXT_BYTES_MAX = 16 << 20, LANGUAGES_BYTES_MAX = 256, WORDS_MAX = 200000, PICTURE_PIXELS_MIN = 32 };

/* What tesseract itself gives less for is noise more often than a word. */
static const float word_confidence_min = 0.2f;
/* Below this a page may stand on its head, when its letters do not say. */
static const float doubtful_confidence = 0.65f;

static struct {
	TessBaseAPI *handle;
	char languages[LANGUAGES_BYTES_MAX]; /* that it was made for */
} recogniser;

void ocr_page_init(struct ocr_page *page)
{
	*page = (struct ocr_page){ 0 };
	buffer_init(&page->text, TEXT_BYTES_MAX);
}

void ocr_page_done(struct ocr_page *page)
{
	buffer_done(&page->text);
	free(page->words);
	*page = (struct ocr_page){ 0 };
}

const char *ocr_version(void)
{
	static char version[32];

	if (version[0] == '\0')
		snprintf(version, sizeof(version), "tesseract %s", TessVersion());
	return version;
}

/* --- the recogniser ---------------------------------------------------------------------------------------------- */

static bool is_loaded(char **loaded, struct text language)
{
	for (size_t i = 0; loaded && loaded[i]; i++)
		if (text_equal(text_from(loaded[i]), language))
			return true;
	return false;
}

/* The first of "eng+deu" that has no data; empty when all have. */
static struct text missing_language(TessBaseAPI *handle, bool usable, const char *languages)
{
	char **loaded = usable ? TessBaseAPIGetLoadedLanguagesAsVector(handle) : NULL;
	struct text rest = text_from(languages), language, missing = { NULL, 0 };

	while (missing.bytes == 0 && text_next_field(&rest, '+', &language))
		if (language.bytes > 0 && !is_loaded(loaded, language))
			missing = language;
	if (loaded)
		TessDeleteTextArray(loaded);
	return missing;
}

static void forget_recogniser(void)
{
	if (recogniser.handle)
		TessBaseAPIDelete(recogniser.handle);
	recogniser.handle = NULL;
	recogniser.languages[0] = '\0';
}

/* Pictures of pages are freed to the system at once, and not kept for the next: left to itself, malloc raises the size from which it does
 * so to that of the largest picture so far, and small things allocated meanwhile keep the space from being used again. */
static void give_memory_back(void)
{
	mallopt(M_MMAP_THRESHOLD, OWN_MAPPING_BYTES_MIN);
	mallopt(M_TRIM_THRESHOLD, UNUSED_BYTES_MAX);
}

/* Says nothing on standard error: what is wrong is said by us. */
static TessBaseAPI *create_handle(const char *languages, bool *ret_usable)
{
	give_memory_back();
	omp_set_max_active_levels(0); /* tesseract asks for four threads whatever is set; none are started at this level */
	setMsgSeverity(L_SEVERITY_NONE);
	TessBaseAPI *handle = TessBaseAPICreate();
	if (!handle)
		return NULL;
	TessBaseAPISetVariable(handle, "debug_file", "/dev/null");
	*ret_usable = TessBaseAPIInit3(handle, NULL, languages) == 0;
	TessBaseAPISetVariable(handle, "debug_file", "/dev/null");
	return handle;
}

int ocr_prepare(const char *languages, struct error_text *error)
{
	bool usable = false;

	if (recogniser.handle && strcmp(recogniser.languages, languages) == 0)
		return 0;
	forget_recogniser();
	if (languages[0] == '\0' || strlen(languages) >= sizeof(recogniser.languages))
		return error_set(error, ERROR_INPUT_REJECTED, "convert.ocr_languages: expected names like eng or eng+deu, found '%.40s'", languages);
	recogniser.handle = create_handle(languages, &usable);
	if (!recogniser.handle)
		return error_set(error, -ENOMEM, "%s", error_describe(-ENOMEM));
	struct text missing = missing_language(recogniser.handle, usable, languages);
	if (!usable || missing.bytes > 0) {
		forget_recogniser();
		return error_set(error, ERROR_INPUT_REJECTED, "tesseract has no data for the language '%.*s' of convert.ocr_languages; "
				 "install the package tesseract-ocr-%.*s, or set TESSDATA_PREFIX to the folder that has it", TEXT_ARGS(missing),
				 TEXT_ARGS(missing));
	}
	snprintf(recogniser.languages, sizeof(recogniser.languages), "%s", languages);
	return 0;
}

/* --- words ------------------------------------------------------------------------------------------------------- */

struct collector {
	PIX *picture;
	struct ocr_page *page;
	float confidence, letters;
};

/* What is left of rules and frames is read as such. */
static bool is_noise(struct text word, float confidence)
{
	static const char *const marks[] = { "|", "||", "_", "__", "—", "=", "¦", "~", "[", "]", "{", "}" };

	if (word.bytes == 0 || confidence < word_confidence_min)
		return true;
	for (size_t i = 0; i < COUNT_OF(marks); i++)
		if (text_equal(word, text_from(marks[i])) && confidence < 0.8f)
			return true;
	return text_equal(word, TEXT_LITERAL("|"));
}

static int take_word(struct collector *collector, TessResultIterator *results, struct text text)
{
	const TessPageIterator *place = TessResultIteratorGetPageIteratorConst(results);
	const float confidence = TessResultIteratorConfidence(results, RIL_WORD) / 100;
	struct ocr_page *page = collector->page;
	int x0, y0, x1, y1, base_x0, base_y0, base_x1, base_y1;

	if (is_noise(text, confidence) || page->word_count >= WORDS_MAX || !TessPageIteratorBoundingBox(place, RIL_WORD, &x0, &y0, &x1, &y1))
		return 0;
	if (!pdf_grow((void **)&page->words, &page->word_capacity, page->word_count, sizeof(*page->words)))
		return -ENOMEM;
	float baseline = (float)y1;
	if (TessPageIteratorBaseline(place, RIL_TEXTLINE, &base_x0, &base_y0, &base_x1, &base_y1) && base_x1 > base_x0)
		baseline = (float)base_y0 + (float)(base_y1 - base_y0) * ((float)(x0 + x1) / 2 - (float)base_x0) / (float)(base_x1 - base_x0);
	if (baseline <= (float)y0 || baseline > (float)y1 + (float)(y1 - y0))
		baseline = (float)y1;
	page->words[page->word_count++] = (struct ocr_word){
		.x0 = (float)x0, .y0 = (float)y0, .x1 = (float)x1, .y1 = (float)y1, .baseline = baseline, .confidence = confidence,
		.start = (uint32_t)page->text.bytes, .bytes = (uint32_t)text.bytes,
	};
	buffer_append_text(&page->text, text);
	const float letters = (float)utf8_count(text);
	collector->confidence += confidence * letters;
	collector->letters += letters;
	return page->text.status;
}

static int collect_words(struct collector *collector, TessResultIterator *results)
{
	const TessPageIterator *place = TessResultIteratorGetPageIteratorConst(results);
	int status = 0;

	do {
		char *text = TessResultIteratorGetUTF8Text(results, RIL_WORD);
		if (text)
			status = take_word(collector, results, text_trim(text_from(text)));
		TessDeleteText(text);
		if (collector->page->word_count > 0 && TessPageIteratorIsAtFinalElement(place, RIL_TEXTLINE, RIL_WORD))
			collector->page->words[collector->page->word_count - 1].line_end = true;
	} while (status == 0 && TessResultIteratorNext(results, RIL_WORD));
	return status == 0 ? ocr_lines_settle(collector->page, collector->picture) : status;
}

/* --- a page ------------------------------------------------------------------------------------------------------ */

static void clear_page(struct ocr_page *page)
{
	buffer_clear(&page->text);
	page->word_count = 0;
	page->confidence = 0;
	page->cut_short = false;
}

static int read_picture(PIX *picture, uint64_t time_ms_max, struct ocr_page *page)
{
	struct collector collector = { .picture = picture, .page = page };
	int status = 0;

	clear_page(page);
	page->width = (uint32_t)pixGetWidth(picture);
	page->height = (uint32_t)pixGetHeight(picture);
	ETEXT_DESC *monitor = TessMonitorCreate();
	if (!monitor)
		return -ENOMEM;
	TessMonitorSetDeadlineMSecs(monitor, (int)(time_ms_max < INT32_MAX ? time_ms_max : INT32_MAX));
	TessBaseAPISetPageSegMode(recogniser.handle, PSM_SPARSE_TEXT); /* reading order and tables are ours to find: pdf_layout */
	TessBaseAPISetImage2(recogniser.handle, picture);
	TessBaseAPISetSourceResolution(recogniser.handle, pixGetXRes(picture));
	page->cut_short = TessBaseAPIRecognize(recogniser.handle, monitor) != 0;
	TessResultIterator *results = page->cut_short ? NULL : TessBaseAPIGetIterator(recogniser.handle);
	if (results)
		status = collect_words(&collector, results);
	TessResultIteratorDelete(results);
	TessMonitorDelete(monitor);
	TessBaseAPIClear(recogniser.handle);
	page->confidence = collector.letters > 0 ? collector.confidence / collector.letters : 0;
	return status;
}

/* The letters did not say which way is up, and it does not read well: it may read better the other way round. */
static int try_other_way(PIX *picture, const struct ocr_request *request, struct ocr_page *page, struct pdf_rules *rules)
{
	struct ocr_page other;

	PIX *turned = pixRotateOrth(picture, 2);
	if (!turned)
		return -ENOMEM;
	ocr_page_init(&other);
	int status = read_picture(turned, request->time_ms_max, &other);
	pixDestroy(&turned);
	if (status == 0 && other.confidence > page->confidence) {
		other.turned = (page->turned + 2) % 4;
		other.skew_degrees = page->skew_degrees;
		const struct ocr_page worse = *page;
		*page = other;
		other = worse;
		pdf_rules_clear(rules); /* they are those of the page on its head */
	}
	ocr_page_done(&other);
	return status;
}

int ocr_recognise(struct pdf_bitmap *bitmap, const struct ocr_request *request, struct ocr_page *page, struct pdf_rules *rules,
		  struct error_text *error)
{
	struct ocr_upright upright = { 0 };

	clear_page(page);
	pdf_rules_clear(rules);
	page->width = bitmap->width;
	page->height = bitmap->height;
	page->turned = 0;
	page->skew_degrees = 0;
	int status = ocr_prepare(request->languages, error);
	if (status < 0)
		return status;
	if (bitmap->width < PICTURE_PIXELS_MIN || bitmap->height < PICTURE_PIXELS_MIN)
		return 0;
	PIX *picture = ocr_picture_create(bitmap);
	pdf_bitmap_done(bitmap);
	if (picture)
		ocr_picture_whiten(&picture);
	if (!picture || !ocr_picture_upright(&picture, &upright))
		status = -ENOMEM;
	if (status == 0)
		status = ocr_picture_rules(picture, rules);
	if (status == 0 && !ocr_picture_erase_noise(picture))
		status = -ENOMEM;
	page->turned = upright.turns;
	page->skew_degrees = upright.skew_degrees;
	if (status == 0)
		status = read_picture(picture, request->time_ms_max, page);
	if (status == 0 && !upright.sure && page->confidence < doubtful_confidence && !page->cut_short)
		status = try_other_way(picture, request, page, rules);
	pixDestroy(&picture);
	malloc_trim(UNUSED_BYTES_MAX); /* the recogniser leaves some 10 MB of holes between things that stay */
	return status == -ENOMEM ? error_set(error, status, "%s", error_describe(status)) : status;
}

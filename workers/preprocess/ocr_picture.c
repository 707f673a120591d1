#include "workers/preprocess/ocr_picture.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

/* Leptonica's confidence is the contrast of rows of text and rows between them; below this it saw no lines of text. */
static const float skew_confidence_min = 3.0f;
static const float skew_degrees_min = 0.05f;
static const float up_confidence_min = 8.0f;
static const float radians_of_degree = 0.017453293f;
/* A rule is longer than any stroke of a letter, and thin. */
static const float rule_inches_min = 0.4f, rule_inches_max = 0.05f;
static const float contrast_min = 40; /* of ink and paper, of 255 */

/* At 200 dpi two pixels; the point behind a sentence has three at the smallest type that can be read. */
static const float speck_inches_max = 0.01f;
static const float specks_share_min = 0.05f; /* of all separate things on the page */
static const float grey_share_min = 0.25f;   /* of the page, with paper that is no white */

enum { STROKES_MAX = 512, SPECKS_MIN = 100, TILE_PIXELS = 32, TILE_STEP = 4, GREY_GROUND_BELOW = 200 };

PIX *ocr_picture_create(const struct pdf_bitmap *bitmap)
{
	PIX *picture = pixCreateNoInit((l_int32)bitmap->width, (l_int32)bitmap->height, 8);
	if (!picture)
		return NULL;
	l_uint32 *data = pixGetData(picture);
	const l_int32 words = pixGetWpl(picture);
	for (uint32_t y = 0; y < bitmap->height; y++) {
		const uint8_t *row = pdf_bitmap_row(bitmap, y);
		l_uint32 *line = data + (size_t)y * (size_t)words;
		for (uint32_t x = 0; x < bitmap->width; x++)
			SET_DATA_BYTE(line, x, row[x]);
	}
	pixSetResolution(picture, (l_int32)bitmap->dpi, (l_int32)bitmap->dpi);
	return picture;
}

int ocr_picture_rules(PIX *picture, struct pdf_rules *rules)
{
	const int width = pixGetWidth(picture), height = pixGetHeight(picture);
	uint8_t *pixels = malloc((size_t)width * (size_t)height);
	if (!pixels)
		return -ENOMEM;
	for (int y = 0; y < height; y++) {
		const l_uint32 *line = pixGetData(picture) + (ptrdiff_t)y * pixGetWpl(picture);
		for (int x = 0; x < width; x++)
			pixels[(size_t)y * (size_t)width + (size_t)x] = (uint8_t)GET_DATA_BYTE(line, x);
	}
	pdf_rules_clear(rules);
	int status = pdf_rules_read_bitmap(rules, pixels, (size_t)width, (size_t)height, (size_t)width, 72 / (float)pixGetXRes(picture));
	free(pixels);
	pdf_rules_settle(rules);
	return status == -EINVAL ? 0 : status; /* too large: no rules */
}

/* Black and white by Otsu's threshold for the whole picture. */
static PIX *black_and_white(PIX *picture)
{
	PIX *result = NULL;
	const l_int32 width = pixGetWidth(picture), height = pixGetHeight(picture);

	if (pixOtsuAdaptiveThreshold(picture, width < 16 ? 16 : width, height < 16 ? 16 : height, 0, 0, 0.1f, NULL, &result) != 0)
		return NULL;
	return result;
}

/* What is black in straight runs of `length_inches` and more, across or along the page. */
static PIX *rules_of(PIX *black, float length_inches)
{
	const l_int32 length = (l_int32)(length_inches * (float)pixGetXRes(black));
	PIX *across = pixOpenBrick(NULL, black, length, 1);
	PIX *along = pixOpenBrick(NULL, black, 1, length);

	if (across && along)
		pixOr(across, across, along);
	else
		pixDestroy(&across);
	pixDestroy(&along);
	return across;
}

/* Of `mask`, what is no thicker than a rule: dark areas stay, white letters may stand in them. */
static bool keep_thin(PIX *mask)
{
	const l_int32 thick_pixels = (l_int32)(rule_inches_max * (float)pixGetXRes(mask)) + 1;
	PIX *thick = pixOpenBrick(NULL, mask, thick_pixels, thick_pixels);
	if (!thick)
		return false;
	pixDilateBrick(thick, thick, 3, 3);
	pixSubtract(mask, mask, thick);
	pixDestroy(&thick);
	return true;
}

/* Specks that stand alone: no larger than that with all that is near them. The point of an "i", or behind a sentence, has a letter beside it.
 * NULL, too, when there are too few to disturb: a line of leaders is made of such. */
static PIX *specks_of(PIX *black)
{
	const l_int32 side = (l_int32)(speck_inches_max * (float)pixGetXRes(black) + 0.5f), apart = 2 * side + 1;
	l_int32 before = 0, after = 0;

	PIX *grown = pixDilateBrick(NULL, black, 2 * apart + 1, 2 * apart + 1);
	PIX *large = grown ? pixSelectBySize(grown, side + 2 * apart, side + 2 * apart, 8, L_SELECT_IF_EITHER, L_SELECT_IF_GT, NULL) : NULL;
	PIX *specks = large ? pixSubtract(NULL, black, large) : NULL;
	const bool many = specks && pixCountConnComp(black, 8, &before) == 0 && pixCountConnComp(specks, 8, &after) == 0 &&
			  after > SPECKS_MIN && (float)after > specks_share_min * (float)before;
	pixDestroy(&grown);
	pixDestroy(&large);
	if (!many)
		pixDestroy(&specks);
	return specks;
}

bool ocr_picture_erase_noise(PIX *picture)
{
	PIX *black = black_and_white(picture);
	PIX *rules = black ? rules_of(black, rule_inches_min) : NULL;
	bool done = rules && keep_thin(rules);
	PIX *specks = done ? specks_of(black) : NULL;

	if (done) {
		pixDilateBrick(rules, rules, 3, 3);
		pixSetMasked(picture, rules, 255);
	}
	if (specks) {
		pixDilateBrick(specks, specks, 3, 3);
		pixSetMasked(picture, specks, 255);
	}
	pixDestroy(&specks);
	pixDestroy(&rules);
	pixDestroy(&black);
	return done;
}

/* --- ground ------------------------------------------------------------------------------------------------------ */

/* What three quarters of the tile's pixels do not reach: its paper, when it is not all ink. */
static uint8_t paper_of(PIX *picture, int x0, int y0)
{
	uint32_t counts[256] = { 0 }, seen = 0, samples = 0;

	for (int y = y0; y < y0 + TILE_PIXELS; y += TILE_STEP) {
		const l_uint32 *line = pixGetData(picture) + (ptrdiff_t)y * pixGetWpl(picture);
		for (int x = x0; x < x0 + TILE_PIXELS; x += TILE_STEP, samples++)
			counts[GET_DATA_BYTE(line, x)]++;
	}
	int value = 255;
	while (value > 0 && (seen += counts[value]) * 4 < samples)
		value--;
	return (uint8_t)value;
}

/* Is the paper of most of the page grey, or darker in one place than in another? */
static bool is_ground_grey(PIX *picture)
{
	uint32_t counts[256] = { 0 }, tiles = 0, dark = 0;
	const int width = pixGetWidth(picture), height = pixGetHeight(picture);

	for (int y = 0; y + TILE_PIXELS <= height; y += TILE_PIXELS)
		for (int x = 0; x + TILE_PIXELS <= width; x += TILE_PIXELS, tiles++)
			counts[paper_of(picture, x, y)]++;
	for (int value = 0; value < GREY_GROUND_BELOW; value++)
		dark += counts[value];
	return (float)dark > grey_share_min * (float)tiles;
}

void ocr_picture_whiten(PIX **picture)
{
	enum { INK_BELOW = 80, PAPER_PIXELS_MIN = TILE_PIXELS * TILE_PIXELS / 4, WHITE = 250, SMOOTH = 2 };

	if (!is_ground_grey(*picture))
		return;
	PIX *white = pixBackgroundNorm(*picture, NULL, NULL, TILE_PIXELS, TILE_PIXELS, INK_BELOW, PAPER_PIXELS_MIN, WHITE, SMOOTH, SMOOTH);
	if (white)
		pixSwapAndDestroy(picture, &white);
}

/* --- putting it upright ------------------------------------------------------------------------------------------ */

struct skew {
	l_float32 degrees, confidence;
};

static struct skew find_skew(PIX *black)
{
	struct skew skew = { 0, 0 };

	if (pixFindSkew(black, &skew.degrees, &skew.confidence) != 0)
		return (struct skew){ 0, 0 };
	return skew;
}

/* Black and white without rules: those of a table run both ways, and say nothing of its text. */
static PIX *letters_of(PIX *picture)
{
	PIX *black = black_and_white(picture);
	PIX *rules = black ? rules_of(black, rule_inches_min) : NULL;

	if (rules)
		pixSubtract(black, black, rules);
	else
		pixDestroy(&black);
	pixDestroy(&rules);
	return black;
}

static bool turn(PIX **picture, int quarter_turns)
{
	PIX *turned = pixRotateOrth(*picture, quarter_turns);
	if (!turned)
		return false;
	pixDestroy(picture);
	*picture = turned;
	return true;
}

/* Text that runs up or down the page: its lines are seen when it lies on its side. */
static bool lay_level(PIX **picture, PIX **letters, struct ocr_upright *upright)
{
	struct skew skew = find_skew(*letters);
	PIX *side = pixRotateOrth(*letters, 1);
	if (!side)
		return false;
	struct skew turned = find_skew(side);
	if (turned.confidence >= skew_confidence_min && turned.confidence > 1.5f * skew.confidence) {
		pixDestroy(letters);
		*letters = side;
		skew = turned;
		upright->turns = 1;
		if (!turn(picture, 1))
			return false;
	} else {
		pixDestroy(&side);
	}
	if (skew.confidence < skew_confidence_min || fabsf(skew.degrees) < skew_degrees_min)
		return true;
	PIX *level = pixRotate(*picture, radians_of_degree * skew.degrees, L_ROTATE_AREA_MAP, L_BRING_IN_WHITE, 0, 0);
	PIX *level_letters = pixRotate(*letters, radians_of_degree * skew.degrees, L_ROTATE_SAMPLING, L_BRING_IN_WHITE, 0, 0);
	bool done = level && level_letters;
	if (done) {
		upright->skew_degrees = skew.degrees;
		pixSwapAndDestroy(picture, &level);
		pixSwapAndDestroy(letters, &level_letters);
	}
	pixDestroy(&level);
	pixDestroy(&level_letters);
	return done;
}

bool ocr_picture_upright(PIX **picture, struct ocr_upright *ret_upright)
{
	struct ocr_upright upright = { 0, 0, false };
	l_float32 up = 0;

	PIX *letters = letters_of(*picture);
	bool done = letters && lay_level(picture, &letters, &upright);
	if (done && pixUpDownDetect(letters, &up, 0, 0, 0) == 0) {
		upright.sure = fabsf(up) >= up_confidence_min;
		if (up <= -up_confidence_min) {
			done = turn(picture, 2);
			upright.turns += 2;
		}
	}
	pixDestroy(&letters);
	if (done)
		*ret_upright = upright;
	return done;
}

/* --- strokes ----------------------------------------------------------------------------------------------------- */

static int compare_widths(const void *a, const void *b)
{
	const float x = *(const float *)a, y = *(const float *)b;
	return (x > y) - (x < y);
}

struct grounds {
	float paper, ink;
};

/* The lightest and the darkest of the box. */
static struct grounds grounds_of(PIX *picture, int x0, int y0, int x1, int y1)
{
	struct grounds grounds = { 0, 255 };
	const l_uint32 *data = pixGetData(picture);
	const l_int32 words = pixGetWpl(picture);

	for (int y = y0; y < y1; y++) {
		const l_uint32 *line = data + (ptrdiff_t)y * words;
		for (int x = x0; x < x1; x++) {
			const float value = (float)GET_DATA_BYTE(line, x);
			grounds.paper = value > grounds.paper ? value : grounds.paper;
			grounds.ink = value < grounds.ink ? value : grounds.ink;
		}
	}
	return grounds;
}

/* A stroke's width is the darkness that a row gathers while it crosses it, so that blurred edges count by what they hold. */
float ocr_picture_stroke(PIX *picture, int x0, int y0, int x1, int y1)
{
	float widths[STROKES_MAX];
	size_t count = 0;

	x0 = x0 < 0 ? 0 : x0;
	y0 = y0 < 0 ? 0 : y0;
	x1 = x1 > pixGetWidth(picture) ? pixGetWidth(picture) : x1;
	y1 = y1 > pixGetHeight(picture) ? pixGetHeight(picture) : y1;
	const struct grounds grounds = grounds_of(picture, x0, y0, x1, y1);
	if (grounds.paper - grounds.ink < contrast_min)
		return 0;
	for (int y = y0; y < y1 && count < STROKES_MAX; y++) {
		const l_uint32 *line = pixGetData(picture) + (ptrdiff_t)y * pixGetWpl(picture);
		float gathered = 0, peak = 0;
		for (int x = x0; x <= x1 && count < STROKES_MAX; x++) {
			const float dark = x == x1 ? 0 : (grounds.paper - (float)GET_DATA_BYTE(line, x)) / (grounds.paper - grounds.ink);
			if (dark > 0.25f) {
				gathered += dark;
				peak = dark > peak ? dark : peak;
			} else if (gathered > 0) {
				if (peak > 0.5f)
					widths[count++] = gathered;
				gathered = peak = 0;
			}
		}
	}
	if (count == 0)
		return 0;
	qsort(widths, count, sizeof(widths[0]), compare_widths);
	return widths[count / 2];
}

/* --- bullets ----------------------------------------------------------------------------------------------------- */

static bool is_dark(PIX *picture, int x, int y, float threshold)
{
	const l_uint32 *line = pixGetData(picture) + (ptrdiff_t)y * pixGetWpl(picture);
	return (float)GET_DATA_BYTE(line, x) < threshold;
}

/* Rows of the column that are dark; widens *top and *bottom. */
static int dark_rows(PIX *picture, int x, const int rows[2], float threshold, int *top, int *bottom)
{
	int dark = 0;

	for (int y = rows[0]; y < rows[1]; y++) {
		if (!is_dark(picture, x, y, threshold))
			continue;
		dark++;
		*top = y < *top ? y : *top;
		*bottom = y + 1 > *bottom ? y + 1 : *bottom;
	}
	return dark;
}

bool ocr_picture_blob(PIX *picture, int x0, int y0, int x1, int y1, struct ocr_blob *ret_blob)
{
	const int rows[2] = { y0 < 0 ? 0 : y0, y1 > pixGetHeight(picture) ? pixGetHeight(picture) : y1 };
	int top = INT32_MAX, bottom = 0, dark = 0, x;

	x0 = x0 < 0 ? 0 : x0;
	x1 = x1 > pixGetWidth(picture) ? pixGetWidth(picture) : x1;
	const struct grounds grounds = grounds_of(picture, x0, rows[0], x1, rows[1]);
	const float threshold = (grounds.paper + grounds.ink) / 2;
	if (x1 <= x0 || rows[1] <= rows[0] || grounds.paper - grounds.ink < contrast_min)
		return false;
	for (x = x1 - 1; x >= x0 && dark_rows(picture, x, rows, threshold, &top, &bottom) == 0; x--)
		;
	const int right = x + 1;
	for (int column = 1; x >= x0 && column > 0; x -= column > 0)
		dark += column = dark_rows(picture, x, rows, threshold, &top, &bottom);
	if (dark == 0)
		return false;
	*ret_blob = (struct ocr_blob){ x + 1, top, right, bottom, (float)dark / (float)((right - x - 1) * (bottom - top)), 0 };
	for (; x >= x0 && dark_rows(picture, x, rows, threshold, &top, &bottom) == 0; x--)
		ret_blob->alone++;
	return true;
}

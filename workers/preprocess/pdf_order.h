/* pdf_order.h: the regions of a page whose words stand in the order in which the file's tags read them (pdf_tagged.h). Pure. */
#ifndef DOCRING_WORKERS_PREPROCESS_PDF_ORDER_H
#define DOCRING_WORKERS_PREPROCESS_PDF_ORDER_H

#include "workers/preprocess/pdf_layout.h"

/* Numbers the regions; the segments stay in their order, but for pictures, which go to where they stand. A region begins where reading goes on
 * further up, where what stood side by side ends, and where the tagged text begins and ends. */
void pdf_order_assign(struct pdf_layout *layout);

#endif

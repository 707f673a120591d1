#include "tests/unit/domain_support.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static const char pack[] =
	"name: test\n"
	"patterns:\n"
	"  document_id: '(?:\\d+_)?22104-LZA\\d{7}_\\dUen\\.[A-Z0-9]+'\n"
	"  feature_id: '\\bFAJ (\\d{3}) (\\d{4})'\n"
	"  licence_id: '\\bCXC\\d{7}'\n"
	"  attribute: '\\b([A-Z][A-Za-z0-9]+)\\.([a-z][A-Za-z0-9_]+)'\n"
	"  counter: '\\bpm[A-Z][A-Za-z0-9_]*'\n"
	"  event: '\\bINTERNAL_(?:EVENT|PROC)_[A-Z0-9_]+'\n"
	"  legal_line: '(?i)^(?:© .*|page \\d+ of \\d+|document id: .*|revision: .*)$'\n"
	"  command: 'cmedit (?:get|set)[^\\n]*'\n"
	"lists:\n"
	"  legal_headings: [Legal Information, Copyright, Disclaimer, Trademarks]\n"
	"  legal_phrases: [all rights reserved, shall have no liability, registered trademark]\n"
	"  expected_headings: [Overview|Introduction, Parameters, Counters, Activation]\n"
	"  connectives: [therefore, because, in order to]\n"
	"  mo_classes: [EUtranCellFDD]\n"
	"  units: [dB, ms]\n"
	"  attributes: [cellRange]\n"
	"terms:\n"
	"  - tier: 2\n"
	"    names: [license key, threshold]\n"
	"  - tier: 3\n"
	"    names: [eNodeB, UE]\n"
	"  - tier: 4\n"
	"    names: [HARQ]\n";

struct domain *test_domain_create(void)
{
	struct domain *domain = NULL;
	struct error_text error = { "" };
	if (domain_load(text_from(pack), "test", &domain, &error) < 0)
		fail_msg("%s", error.message);
	return domain;
}

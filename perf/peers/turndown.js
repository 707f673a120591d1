// turndown with its plugin for GFM tables, on many files in one process: as convert.py beside it, for Node.
//   node turndown.js --write FOLDER FILE...
//   node turndown.js --seconds N FILE...
'use strict';
const fs = require('fs');
const path = require('path');
const Turndown = require('turndown');
const { gfm } = require('turndown-plugin-gfm');

const [mode, value, ...files] = process.argv.slice(2);
if (!['--write', '--seconds'].includes(mode) || files.length === 0) {
	console.error('Usage: turndown.js --write FOLDER | --seconds N FILE...');
	process.exit(2);
}
const turndown = new Turndown({ headingStyle: 'atx', codeBlockStyle: 'fenced' });
turndown.use(gfm);

function convert(file)
{
	try {
		return turndown.turndown(fs.readFileSync(file, 'utf8'));
	} catch (problem) {
		console.error(`${path.basename(file)}: ${problem.message}`);
		return null;
	}
}

if (mode === '--write') {
	fs.mkdirSync(value, { recursive: true });
	for (const file of files)
		fs.writeFileSync(path.join(value, path.basename(file) + '.md'), convert(file) || '');
	process.exit(0);
}
convert(files[0]);
const result = { name: 'turndown', bytes: 0, documents: 0, pages: 0, failed: 0, seconds: 0 };
for (const file of files) {
	const before = process.cpuUsage();
	if (convert(file) === null)
		result.failed++;
	const used = process.cpuUsage(before);
	result.seconds += (used.user + used.system) / 1e6;
	result.bytes += fs.statSync(file).size;
	result.documents++;
	if (result.seconds >= Number(value))
		break;
}
result.peak_mib = process.resourceUsage().maxRSS / 1024;
console.log(JSON.stringify(result));

// A system browser that only notes which page it was asked to open.
import { renameSync, writeFileSync } from 'node:fs';

const file = process.env.NOTED_URL;
writeFileSync(`${file}.part`, process.argv[2]);
renameSync(`${file}.part`, file);

// Real policy documents as one JSON array: what the benchmark's policies hold. Only those with conditions, in the order of their names.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const root = new URL('../../api/crates/entra-sim/seed/', import.meta.url).pathname
const files = (folder) =>
  readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? files(join(folder, entry.name)) : entry.name.endsWith('.json') ? [join(folder, entry.name)] : [])
const strip = (value) =>
  Array.isArray(value) ? value.map(strip)
  : value && typeof value === 'object' ? Object.fromEntries(Object.entries(value).filter(([key]) => !key.includes('@')).map(([key, inner]) => [key, strip(inner)]))
  : value
const documents = files(root).sort().map((file) => JSON.parse(readFileSync(file, 'utf8'))).filter((document) => document.conditions).slice(0, 100)
process.stdout.write(JSON.stringify(documents.map(strip)))

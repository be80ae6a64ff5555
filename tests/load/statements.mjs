// How many SQL statements one page query runs, for a page of 5 and of 50 tenants. node statements.mjs DATABASE URL TOKEN QUERY_FILE
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

const [database, url, token, file] = process.argv.slice(2)
const MOST = 5
const psql = (sql) => execFileSync('psql', ['-qAtd', database, '-c', sql], { encoding: 'utf8' }).trim()
const query = readFileSync(file, 'utf8')
const send = (text) =>
  fetch(url, { method: 'POST', headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` }, body: JSON.stringify({ query: text }) }).then((r) => r.text())
const counts = []
for (const first of [5, 50]) {
  const text = query.replace('first: 50', `first: ${first}`)
  await send(text)
  psql('select pg_stat_statements_reset()')
  const times = 20
  for (let n = 0; n < times; n++) await send(text)
  const calls = Number(psql("select coalesce(sum(calls), 0) from pg_stat_statements where query not like '%pg_stat_statements%' and query not ilike 'begin%' and query not ilike 'commit%'"))
  counts.push(calls / times)
  console.log(`page of ${String(first).padStart(2)} tenants: ${(calls / times).toFixed(2)} SQL statements per request`)
}
if (counts.some((count) => count > MOST) || Math.abs(counts[0] - counts[1]) > 0.5) throw new Error(`more than ${MOST} statements, or growing with the page`)

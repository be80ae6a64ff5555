// Every server must give the same answer before any is timed. node compare.mjs QUERY_FILE NAME=URL[=TOKEN] ...
import { readFileSync } from 'node:fs'
import { createHash } from 'node:crypto'

const [file, ...servers] = process.argv.slice(2)
const query = readFileSync(file, 'utf8')
const sorted = (value) =>
  Array.isArray(value) ? value.map(sorted)
  : value && typeof value === 'object' ? Object.fromEntries(Object.keys(value).sort().map((key) => [key, sorted(value[key])]))
  : value
const hashes = new Map()
for (const server of servers) {
  const [name, url, token] = server.split('=')
  const headers = { 'content-type': 'application/json', accept: 'application/json' }
  if (token) headers.authorization = `Bearer ${token}`
  const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify({ query }) })
  const text = await response.text()
  const answer = JSON.parse(text)
  if (response.status !== 200 || answer.errors) throw new Error(`${name}: ${response.status} ${text.slice(0, 500)}`)
  const tenants = answer.data.tenants.nodes
  const policies = tenants.reduce((sum, tenant) => sum + tenant.policies.nodes.length, 0)
  const hash = createHash('sha256').update(JSON.stringify(sorted(answer.data))).digest('hex').slice(0, 16)
  hashes.set(name, hash)
  console.log(`${name.padEnd(10)} ${String(text.length).padStart(9)} bytes  ${tenants.length} tenants  ${policies} policies  ${hash}`)
  if (tenants.length !== 50 || policies !== 1000) throw new Error(`${name}: not the whole page`)
}
if (new Set(hashes.values()).size !== 1) throw new Error('the answers differ')

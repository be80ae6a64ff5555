// Times the servers in turn, several rounds, with wrk; CPU from /proc. Prints the table and the ratios, and fails below the bars.
import { execFileSync } from 'node:child_process'
import { readFileSync, readdirSync, writeFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'

const BARE_BAR = 0.6
const MERCURIUS_BAR = 2
const TICKS = 100 // clock ticks per second, fixed on Linux

const { values } = parseArgs({ options: {
  rounds: { type: 'string' }, seconds: { type: 'string' }, concurrency: { type: 'string' }, query: { type: 'string' }, postgres: { type: 'string' },
  server: { type: 'string', multiple: true } } })
const servers = values.server.map((text) => { const [name, url, pid, token] = text.split(','); return { name, url, pid, token, runs: [] } })
const body = JSON.stringify({ query: readFileSync(values.query, 'utf8') })
const folder = mkdtempSync(join(tmpdir(), 'causeway-wrk-'))

const cpu = (pid) => { try { const f = readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /s, '').split(' '); return (Number(f[11]) + Number(f[12])) / TICKS } catch { return 0 } }
const parent = (pid) => { try { return readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /s, '').split(' ')[1] } catch { return '' } }
const family = (pid) => readdirSync('/proc').filter((entry) => /^\d+$/.test(entry) && (entry === pid || parent(entry) === pid))
const familyCpu = (pid) => family(pid).reduce((sum, member) => sum + cpu(member), 0)
const rss = (pid) => Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1024
const totalCpu = () => readFileSync('/proc/stat', 'utf8').split('\n')[0].split(/\s+/).slice(1, 9).map(Number).reduce((sum, n, i) => (i === 3 || i === 4 ? sum : sum + n), 0) / TICKS

function run(server, seconds) {
  const script = join(folder, `${server.name}.lua`)
  const auth = server.token ? `wrk.headers["authorization"] = "Bearer ${server.token}"\n` : ''
  writeFileSync(script, `wrk.method = "POST"\nwrk.headers["content-type"] = "application/json"\n${auth}wrk.body = ${JSON.stringify(body)}\n` +
    'done = function(s, l, r) io.write(string.format("RESULT %d %d %d %d %d\\n", s.requests, s.duration, l:percentile(50), l:percentile(99), s.errors.status + s.errors.connect + s.errors.read + s.errors.write + s.errors.timeout)) end\n')
  const before = { own: cpu(server.pid), pg: familyCpu(values.postgres), all: totalCpu(), at: process.hrtime.bigint() }
  const out = execFileSync('wrk', ['-t1', `-c${values.concurrency}`, `-d${seconds}s`, '--timeout', '10s', '-s', script, server.url], { encoding: 'utf8' })
  const after = { own: cpu(server.pid), pg: familyCpu(values.postgres), all: totalCpu() }
  const [requests, micros, p50, p99, errors] = /RESULT (\d+) (\d+) (\d+) (\d+) (\d+)/.exec(out).slice(1).map(Number)
  if (errors) throw new Error(`${server.name}: ${errors} failed requests`)
  return { rps: requests / (micros / 1e6), p50: p50 / 1000, p99: p99 / 1000, own: ((after.own - before.own) * 1000) / requests, pg: ((after.pg - before.pg) * 1000) / requests }
}

for (const server of servers) run(server, 3) // warm up
for (let round = 0; round < Number(values.rounds); round++) for (const server of servers) server.runs.push(run(server, values.seconds))
rmSync(folder, { recursive: true })

const median = (list) => { const s = [...list].sort((a, b) => a - b); return s.length % 2 ? s[(s.length - 1) / 2] : (s[s.length / 2 - 1] + s[s.length / 2]) / 2 }
const of = (server, key) => median(server.runs.map((run) => run[key]))
console.log(`\nmedian of ${values.rounds} rounds of ${values.seconds} s, concurrency ${values.concurrency}`)
console.log(`${'server'.padEnd(10)} ${['req/s', 'p50 ms', 'p99 ms', 'CPU ms/req', 'PG ms/req', 'peak MB'].map((h) => h.padStart(11)).join('')}`)
for (const server of servers) console.log(`${server.name.padEnd(10)} ${[of(server, 'rps'), of(server, 'p50'), of(server, 'p99'), of(server, 'own'), of(server, 'pg'), rss(server.pid)].map((n) => n.toFixed(2).padStart(11)).join('')}`)

const [ours, bare, mercurius] = ['ours', 'bare', 'mercurius'].map((name) => servers.find((server) => server.name === name))
const paired = (other, key, invert) => median(ours.runs.map((run, i) => (invert ? other.runs[i][key] / run[key] : run[key] / other.runs[i][key])))
const ratios = [['bare', paired(bare, 'rps'), BARE_BAR], ['mercurius', paired(mercurius, 'rps'), MERCURIUS_BAR]]
for (const [name, ratio, bar] of ratios) console.log(`ours / ${name.padEnd(9)} req/s ${ratio.toFixed(2)} (bar ${bar})  ${ratio >= bar ? 'met' : 'NOT MET'}`)
const cpuOf = (server) => of(server, 'own') + of(server, 'pg')
console.log(`CPU per request, server + PostgreSQL: bare / ours ${(cpuOf(bare) / cpuOf(ours)).toFixed(2)}, mercurius / ours ${(cpuOf(mercurius) / cpuOf(ours)).toFixed(2)}`)
if (ratios.some(([, ratio, bar]) => ratio < bar)) process.exit(1)

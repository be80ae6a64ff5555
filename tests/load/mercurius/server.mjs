// The peer: Mercurius with its JIT and loaders over the same tables. node server.mjs DATABASE_URL PORT
import Fastify from 'fastify'
import mercurius from 'mercurius'
import pg from 'pg'
import { GraphQLScalarType } from 'graphql'

const [database, port] = process.argv.slice(2)
const pool = new pg.Pool({ connectionString: database, max: 8 })
const { rows: [{ id: workspace }] } = await pool.query('select id from workspace limit 1')
const STATE = { enabled: 'ENABLED', disabled: 'DISABLED', enabledForReportingButNotEnforced: 'REPORT_ONLY' }

const schema = `
  scalar JSON
  enum PolicyState { ENABLED DISABLED REPORT_ONLY }
  type Query { tenants(first: Int!): TenantConnection! }
  type TenantConnection { nodes: [Tenant!]! }
  type Tenant { entraTenantId: ID! displayName: String! policies(first: Int!): PolicyConnection! }
  type PolicyConnection { nodes: [Policy!]! }
  type Policy { graphId: ID! displayName: String! state: PolicyState! conditions: JSON! latestChange: ChangeRequest }
  type ChangeRequest { status: String! }`

const resolvers = {
  JSON: new GraphQLScalarType({ name: 'JSON', serialize: (value) => value }),
  Query: {
    tenants: async (_, { first }) => {
      const { rows } = await pool.query({
        name: 'tenants',
        text: 'select id, entra_tenant_id as "entraTenantId", display_name as "displayName" from tenant where workspace_id = $1 order by sort_name, id limit $2',
        values: [workspace, first]
      })
      return { nodes: rows }
    }
  }
}

const loaders = {
  Tenant: {
    async policies(queries) {
      const { rows } = await pool.query({
        name: 'policies',
        text: `select p.tenant_id, p.graph_id as "graphId", p.display_name as "displayName", p.state, p.conditions, p.latest_change_id
               from unnest($1::uuid[]) t (id) cross join lateral (
                 select * from policy where workspace_id = $2 and tenant_id = t.id and deleted_at is null order by sort_name, id limit $3) p`,
        values: [queries.map(({ obj }) => obj.id), workspace, queries[0].params.first]
      })
      const byTenant = new Map(queries.map(({ obj }) => [obj.id, []]))
      for (const row of rows) byTenant.get(row.tenant_id).push({ ...row, state: STATE[row.state], conditions: JSON.parse(row.conditions) })
      return queries.map(({ obj }) => ({ nodes: byTenant.get(obj.id) }))
    }
  },
  Policy: {
    async latestChange(queries) {
      const { rows } = await pool.query({
        name: 'changes',
        text: 'select id, upper(status) as status from change_request where id = any($1::uuid[])',
        values: [queries.map(({ obj }) => obj.latest_change_id)]
      })
      const byId = new Map(rows.map((row) => [row.id, row]))
      return queries.map(({ obj }) => byId.get(obj.latest_change_id) ?? null)
    }
  }
}

const app = Fastify()
app.register(mercurius, { schema, resolvers, loaders, jit: 1, path: '/graphql' })
await app.listen({ port: Number(port), host: '127.0.0.1' })

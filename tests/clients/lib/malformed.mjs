// What a graphql-transport-ws server has to refuse.
const query = '{ __typename }';

/** Documents that end in one `error` message: name to [query, the rest of the payload]. */
export const REFUSED = {
  'a syntax error': ['{', {}],
  'an unknown field': ['{ thereIsNoSuchField }', {}],
  'an invalid subscription': ['subscription { thereIsNoSuchField }', {}],
  'an unknown operationName': ['query A { __typename }', { operationName: 'B' }],
  'an ambiguous document': ['query A { __typename } query B { __typename }', {}],
};

/** Messages of no known type or form, each of which closes the socket with 4400: a string is sent as it is. */
export const INVALID = {
  'not JSON': '{"type":',
  'a JSON array': '[]',
  'a JSON string': '"ping"',
  'JSON null': 'null',
  'no type': '{}',
  'an unknown type': { type: 'start', id: '1', payload: { query } },
  'a type that is no string': { type: 1 },
  'ping with a payload that is no object': { type: 'ping', payload: 'x' },
  'pong with a payload that is no object': { type: 'pong', payload: 'x' },
  'subscribe without an id': { type: 'subscribe', payload: { query } },
  'subscribe with an empty id': { type: 'subscribe', id: '', payload: { query } },
  'subscribe with an id that is no string': { type: 'subscribe', id: 1, payload: { query } },
  'subscribe without a payload': { type: 'subscribe', id: '1' },
  'subscribe without a query': { type: 'subscribe', id: '1', payload: {} },
  'subscribe with a query that is no string': { type: 'subscribe', id: '1', payload: { query: 1 } },
  'subscribe with variables that are no object': { type: 'subscribe', id: '1', payload: { query, variables: 'x' } },
  'subscribe with an operationName that is no string': {
    type: 'subscribe', id: '1', payload: { query, operationName: 1 },
  },
  'subscribe with extensions that are no object': { type: 'subscribe', id: '1', payload: { query, extensions: 'x' } },
  'complete without an id': { type: 'complete' },
};

// Never run: relay-compiler reads the tags. A connection, a refetchable fragment and node(id:) only compile when the
// schema keeps Relay's rules (Node, edges with cursors, PageInfo).
import { graphql } from 'relay-runtime';

graphql`
  query conformanceNodeQuery($id: ID!) {
    node(id: $id) {
      __typename
      id
      ... on Tenant {
        ...conformance_tenant @alias(as: "tenant")
      }
    }
  }
`;

graphql`
  fragment conformance_tenant on Tenant
  @refetchable(queryName: "conformanceTenantPoliciesQuery")
  @argumentDefinitions(first: { type: "Int", defaultValue: 20 }, after: { type: "String" }) {
    displayName
    policies(first: $first, after: $after) @connection(key: "conformance_tenant_policies") {
      edges {
        node {
          id
          displayName
          state
        }
      }
    }
  }
`;

graphql`
  fragment conformance_changes on Query
  @refetchable(queryName: "conformanceChangesQuery")
  @argumentDefinitions(first: { type: "Int", defaultValue: 20 }, after: { type: "String" }) {
    changeRequests(first: $first, after: $after) @connection(key: "conformance_changeRequests") {
      edges {
        node {
          id
          status
        }
      }
    }
  }
`;

// A typed client from the SDL and operations/: strictScalars fails on a scalar that nobody declared here.
export default {
  schema: process.env.SCHEMA,
  documents: [process.env.OPERATIONS],
  ignoreNoDocuments: false,
  generates: {
    [`${process.env.OUT}/`]: {
      preset: 'client',
      config: {
        strictScalars: true,
        scalars: { DateTime: 'string', Duration: 'string', EventCursor: 'string', JSON: 'unknown', LocalDateTime: 'string' },
      },
    },
  },
};

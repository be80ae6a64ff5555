//! The stages of an apply, as the write-ahead record keeps them.

use domain::text_enum;

text_enum! {
    /// How far an attempt got, as far as is known.
    IntentStage {
        /// Nothing was sent.
        Planned = "PLANNED",
        /// The write may have been sent.
        WriteStarted = "WRITE_STARTED",
        /// Graph answered the write.
        WriteAnswered = "WRITE_ANSWERED",
        /// A read showed the write.
        Verified = "VERIFIED",
        /// The outcome is on the change.
        Finished = "FINISHED",
    }
}

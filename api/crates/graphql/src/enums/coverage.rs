//! Sets of coverage and overlaps.

use async_graphql::Enum;

mirror! {
    /// How well a user, an application or a client type is covered by enforced policies that ask for a second factor or a strength, or block.
    CoverageLevel = "domain::coverage::Level" {
        /// No enforced policy reaches it.
        Uncovered,
        /// A fact that would decide is not known.
        Unknown,
        /// Only for some applications, clients, people, places, devices or platforms.
        Partly,
        /// By a policy that applies whatever else is the case.
        Covered,
    }

    /// What comes of two policies that apply to the same sign-ins.
    PolicyOverlapKind = "domain::overlap::OverlapKind" {
        /// Both ask for what no sign-in can give at once: access is refused.
        Impossible,
        /// One blocks everything that the other applies to, which so never has an effect.
        Blocked,
        /// One keeps the browser's session, the other one forbids it.
        SessionConflict,
        /// The same sign-ins and the same demands.
        Duplicate,
        /// One applies only where the other does too, which asks for as much: it adds nothing.
        Redundant,
        /// Both apply to some sign-ins, and both count.
        Overlap,
    }

    /// Client types of sign-ins.
    SignInClientType = "domain::signin::ClientApp" {
        /// A browser.
        Browser,
        /// A mobile or desktop application with modern authentication.
        MobileAppsAndDesktopClients,
        /// Exchange ActiveSync.
        ExchangeActiveSync,
        /// Everything else: legacy authentication.
        Other,
    }
}

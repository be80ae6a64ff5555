//! Groups of applications that a policy names by one word.
//!
//! `Office365`: the services that Microsoft's page "Apps included in Conditional Access Office 365 app suite" (2026-06-05) names, by the application ids
//! that Microsoft publishes for its own applications; services whose id is not published are missing here. `MicrosoftAdminPortals`: the portals that the
//! page "Target resources" names (2026-01-26): the portals, not the interfaces behind them.

/// `Office365`.
const OFFICE_365: [&str; 40] = [
    "00000002-0000-0ff1-ce00-000000000000", // Office 365 Exchange Online
    "00000003-0000-0ff1-ce00-000000000000", // Office 365 SharePoint Online
    "00000004-0000-0ff1-ce00-000000000000", // Skype for Business Online
    "00000005-0000-0ff1-ce00-000000000000", // Viva Engage
    "00000006-0000-0ff1-ce00-000000000000", // Microsoft Office 365 Portal
    "00000007-0000-0ff1-ce00-000000000000", // Microsoft Exchange Online Protection
    "09abbdfd-ed23-44ee-a2d9-a627aa1c90f3", // ProjectWorkManagement
    "0f698dd4-f011-4d23-a33e-b36416dcb1e6", // OfficeClientService
    "1fec8e78-bce4-4aaf-ab1b-5451cc387264", // Microsoft Teams
    "22098786-6e16-43cc-a27d-191a01a1e3b5", // Microsoft To-Do web app
    "2634dd23-5e5a-431c-81ca-11710d9079f4", // Microsoft Stream Service
    "2abdc806-e091-4495-9b10-b04d93c3f040", // Augmentation Loop
    "2d4d3d8e-2be3-4bef-9f87-7875a61c29de", // OneNote
    "394866fc-eedb-4f01-8536-3ff84b16be2a", // Microsoft People Cards Service
    "40775b29-2688-46b6-a3b5-b256bd04df9f", // Microsoft Information Protection API
    "4345a7b9-9a63-4910-a426-35363201d503", // O365 Suite UX
    "475226c6-020e-4fb2-8a90-7a972cbfc1d4", // PowerApps Service
    "4765445b-32c6-49b0-83e6-1d93765276ca", // OfficeHome
    "48ac35b8-9aa8-4d74-927d-1f4a14a0b239", // Skype and Teams Tenant Admin API
    "48af08dc-f6d2-435f-b2a7-069abd99c086", // Connectors
    "5d661950-3475-41cd-a2c3-d671a3162bc1", // OneOutlook
    "5e3ce6c0-2b1f-4285-8d4b-75ee78787346", // Microsoft Teams Web Client
    "6204c1d1-4712-4c46-a7d9-3ed63d992682", // Microsoft Flow Portal
    "66a88757-258c-4c72-893c-3e8bed4d6899", // Office 365 Search Service
    "67e3df25-268a-4324-a550-0de1c7f97287", // Office Online Service
    "80ccca67-54bd-44ab-8625-4b79c4dc7775", // Protection Center
    "89bee1f7-5e6e-4d8a-9f3d-ecd601259da7", // Office365 Shell WCSS-Client
    "905fcf26-4eb7-48a0-9ff0-8dcc7194b5ba", // Sway
    "9199bf20-a13f-4107-85dc-02114787ef48", // One Outlook Web
    "94c63fef-13a3-47bc-8074-75af8c65887a", // Office Delve
    "95de633a-083e-42f5-b444-a4295d8e9314", // Microsoft Whiteboard Services
    "a187e399-0c36-4b98-8f04-1edc167a0996", // Loop
    "a8f7a65c-f5ba-4859-b2d6-df772c264e9d", // make.powerapps.com
    "ab9b8c07-8f02-4f72-87fa-80105867a763", // OneDrive SyncEngine
    "b1379a75-ce5e-4fa3-80c6-89bb39bf646c", // Microsoft Teams Chat Aggregator
    "c9a559d2-7aab-4f13-a6ed-e7e9c52aec87", // Microsoft Forms
    "cc15fd57-2c6c-4117-a88c-83b1d56b4bbe", // Microsoft Teams Services
    "cf53fce8-def6-4aeb-8d30-b158e7b1cf83", // Microsoft Stream Portal
    "d3590ed6-52b3-4102-aeff-aad2292ab01c", // Microsoft Office
    "fb8d773d-7ef8-4ec0-a117-179f88add510", // Enterprise Copilot Platform
];

/// `MicrosoftAdminPortals`.
const ADMIN_PORTALS: [&str; 7] = [
    "00000006-0000-0ff1-ce00-000000000000", // Microsoft 365 admin center
    "2ddfbe71-ed12-4123-b99b-d5fc8a062a79", // Teams admin center
    "497effe9-df71-4043-a8bb-14cf78c4b63b", // Exchange admin center
    "5926fc8e-304e-4f59-8bed-58ca97cc39a4", // Intune admin center
    "74658136-14ec-4630-ad9b-26e160ff0fc6", // Entra admin center
    "80ccca67-54bd-44ab-8625-4b79c4dc7775", // Defender and Purview portals
    "c44b4083-3bb0-49c1-b47d-974e53cbdf3c", // Azure portal
];

/// Whether `Office365` covers an application id (in lower case).
pub fn in_office_365(app_id: &str) -> bool {
    OFFICE_365.binary_search(&app_id).is_ok()
}

/// Whether `MicrosoftAdminPortals` covers an application id (in lower case).
pub fn in_admin_portals(app_id: &str) -> bool {
    ADMIN_PORTALS.binary_search(&app_id).is_ok()
}

/// Applications that a group names, in lower case; some are in both.
pub fn grouped_applications() -> impl Iterator<Item = &'static str> {
    OFFICE_365.into_iter().chain(ADMIN_PORTALS)
}

#[cfg(test)]
mod tests {
    use super::{ADMIN_PORTALS, OFFICE_365};

    #[test]
    fn tables_are_sorted_and_in_lower_case() {
        for table in [&OFFICE_365[..], &ADMIN_PORTALS] {
            assert!(table.windows(2).all(|pair| pair[0] < pair[1]));
            assert!(table.iter().all(|id| id.len() == 36 && *id == id.to_lowercase()));
        }
    }
}

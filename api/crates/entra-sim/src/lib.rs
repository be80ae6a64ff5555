//! A simulated Microsoft Entra cloud over real HTTP and HTTPS.

pub mod ca;
pub mod seed;
pub mod signin;

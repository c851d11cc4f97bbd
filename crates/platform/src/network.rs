//! When an address of this machine comes or goes: on Linux the kernel tells (rtnetlink). Elsewhere nothing does, and
//! whoever waits for the network tries again by itself.

use tokenrack_core::ports::Network;
use tokio::sync::watch;

/// The system's network.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemNetwork;

impl Network for SystemNetwork {
    fn changes(&self) -> watch::Receiver<u64> {
        let (sender, receiver) = watch::channel(0);
        #[cfg(target_os = "linux")]
        tokio::spawn(async move {
            if let Err(error) = linux::listen(&sender).await {
                tracing::warn!(%error, "changes of the network are not heard of; tries go on by themselves");
                sender.closed().await;
            }
        });
        // Without a sender `changed` would answer at once, for ever.
        #[cfg(not(target_os = "linux"))]
        tokio::spawn(async move { sender.closed().await });
        receiver
    }
}

#[cfg(target_os = "linux")]
mod linux {
    use std::io;
    use std::os::fd::OwnedFd;

    use rustix::net::netlink::SocketAddrNetlink;
    use rustix::net::{AddressFamily, RecvFlags, SocketFlags, SocketType, bind, recv, socket_with};
    use tokio::io::Interest;
    use tokio::sync::watch;

    use crate::readable::readable;

    /// `RTMGRP_IPV4_IFADDR` and `RTMGRP_IPV6_IFADDR` (rtnetlink(7)).
    const ADDRESSES: u32 = 0x10 | 0x100;

    /// Ticks at each message, until nobody listens. What it says is not read: whoever is told looks for themselves.
    pub(super) async fn listen(changed: &watch::Sender<u64>) -> io::Result<()> {
        let flags = SocketFlags::CLOEXEC | SocketFlags::NONBLOCK;
        // Protocol 0 of this family is NETLINK_ROUTE.
        let socket: OwnedFd = socket_with(AddressFamily::NETLINK, SocketType::RAW, flags, None)?;
        bind(&socket, &SocketAddrNetlink::new(0, ADDRESSES))?;
        let socket = readable(socket)?;
        loop {
            let message = socket.async_io(Interest::READABLE, |socket| {
                let mut buffer = [0_u8; 4096];
                Ok(recv(socket, &mut buffer[..], RecvFlags::TRUNC).map(drop)?)
            });
            tokio::select! {
                () = changed.closed() => return Ok(()),
                read = message => match read {
                    // More came than was read in time: that, too, is a change.
                    Err(error) if error.raw_os_error() != Some(rustix::io::Errno::NOBUFS.raw_os_error()) => return Err(error),
                    _ => changed.send_modify(|count| *count = count.wrapping_add(1)),
                },
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[tokio::test]
    async fn nothing_is_heard_while_nothing_happens() {
        let mut changes = SystemNetwork.changes();
        let heard = tokio::time::timeout(Duration::from_millis(100), changes.changed()).await;
        assert!(heard.is_err(), "a network that says nothing wakes nobody");
    }
}

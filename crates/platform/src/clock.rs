//! The system's time.

use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use tokenrack_core::ports::Clock;

/// The wall clock, tokio's timer, and where the system has one a timer on the wall clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

#[async_trait]
impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place that asks the system for the time")]
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    async fn sleep(&self, span: Duration) {
        tokio::time::sleep(span).await;
    }

    async fn sleep_until(&self, at: Timestamp) {
        let left = Duration::try_from(at.duration_since(self.now())).unwrap_or_default();
        if left.is_zero() {
            return;
        }
        #[cfg(target_os = "linux")]
        match linux::sleep_until(at).await {
            Ok(()) => return,
            Err(error) => tracing::debug!(%error, "there is no timer on the wall clock"),
        }
        // A sleeping machine's timers stand still, so none is trusted for longer.
        self.sleep(left.min(LONGEST_SLEEP)).await;
    }
}

/// How late a wake-up from sleep or a clock that jumped is noticed where the system has no timer on the wall clock.
const LONGEST_SLEEP: Duration = Duration::from_secs(30);

#[cfg(target_os = "linux")]
mod linux {
    use std::io;

    use jiff::Timestamp;
    use rustix::io::Errno;
    use rustix::time::{
        Itimerspec, TimerfdClockId, TimerfdFlags, TimerfdTimerFlags, Timespec, timerfd_create,
        timerfd_settime,
    };
    use tokio::io::Interest;

    use crate::readable::readable;

    /// By a timer that counts the machine's sleep and is cancelled when the clock is set (timerfd_create(2)), so that
    /// nothing has to look in between.
    pub(super) async fn sleep_until(at: Timestamp) -> io::Result<()> {
        let timer = timerfd_create(TimerfdClockId::Realtime, TimerfdFlags::CLOEXEC | TimerfdFlags::NONBLOCK)?;
        let zero = Timespec { tv_sec: 0, tv_nsec: 0 };
        let value = Timespec { tv_sec: at.as_second(), tv_nsec: at.subsec_nanosecond().max(0).into() };
        let flags = TimerfdTimerFlags::ABSTIME | TimerfdTimerFlags::CANCEL_ON_SET;
        timerfd_settime(&timer, flags, &Itimerspec { it_interval: zero, it_value: value })?;
        let timer = readable(timer)?;
        let fired = timer.async_io(Interest::READABLE, |timer| {
            let mut count = [0_u8; 8];
            match rustix::io::read(timer, &mut count) {
                // Reached, or the clock was set: the caller looks at it again.
                Ok(_) | Err(Errno::CANCELED) => Ok(()),
                Err(error) => Err(error.into()),
            }
        });
        fired.await
    }
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::*;

    #[tokio::test]
    async fn time_passes_while_it_sleeps() {
        let before = SystemClock.now();
        SystemClock.sleep(Duration::from_millis(20)).await;
        assert!(SystemClock.now().duration_since(before).as_millis() >= 19);
    }

    #[tokio::test]
    async fn an_instant_is_awaited_and_a_past_one_is_not() {
        let start = SystemClock.now();
        let at = start.checked_add(SignedDuration::from_millis(50)).unwrap();
        SystemClock.sleep_until(at).await;
        let woken = SystemClock.now();
        assert!(woken >= at, "{woken} is before {at}");
        SystemClock.sleep_until(start).await;
        assert!(SystemClock.now().duration_since(woken).as_millis() < 40);
    }
}

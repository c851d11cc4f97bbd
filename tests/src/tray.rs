//! A desktop with a tray: the service that icons of programs register with
//! (<https://www.freedesktop.org/wiki/Specifications/StatusNotifierItem/>), and a person who uses their menus
//! (`com.canonical.dbusmenu`). Over the real bus, with what the app itself puts there.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use dbus::Message;
use dbus::arg::{PropMap, RefArg, Variant};
use dbus::blocking::Connection;
use dbus::channel::{Channel, MatchingReceiver as _, Sender as _};
use dbus::message::MatchRule;

use crate::process::eventually;
use crate::session::Session;

const WATCHER: &str = "org.kde.StatusNotifierWatcher";
const NOTIFICATIONS: &str = "org.freedesktop.Notifications";
const MENU: &str = "com.canonical.dbusmenu";
const PATIENCE: Duration = Duration::from_secs(60);
/// What one call may take.
const CALL: Duration = Duration::from_secs(10);

/// The tray. Dropping it takes it away, as a panel that ends does.
pub struct Tray {
    address: String,
    /// Who has registered, by connection and path.
    items: Arc<Mutex<Vec<(String, String)>>>,
    /// What was said in notifications, by their titles.
    notices: Arc<Mutex<Vec<String>>>,
    ends: Arc<AtomicBool>,
    serving: Option<JoinHandle<()>>,
}

/// A line of a menu.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MenuLine {
    id: i32,
    /// What a person reads; empty for a line between.
    pub words: String,
    /// Whether it can be chosen.
    pub enabled: bool,
    /// Which menu it is in: the words of the line that opens it.
    pub inside: Option<String>,
}

impl Tray {
    /// Starts it on the session's bus.
    pub fn start(session: &Session) -> Self {
        Self::on(session.bus())
    }

    /// Starts it on the bus at an address.
    pub fn on(address: &str) -> Self {
        let address = address.to_owned();
        let items = Arc::new(Mutex::new(Vec::new()));
        let notices = Arc::new(Mutex::new(Vec::new()));
        let ends = Arc::new(AtomicBool::new(false));
        let bus = connect(&address);
        for name in [WATCHER, NOTIFICATIONS] {
            bus.request_name(name, false, true, false).unwrap();
        }
        let (registered, said, until) = (items.clone(), notices.clone(), ends.clone());
        let serving = thread::spawn(move || serve(&bus, registered, said, &until));
        Self { address, items, notices, ends, serving: Some(serving) }
    }

    /// Whether a program shows its icon here.
    pub fn has_an_icon(&self) -> bool {
        !self.items.lock().unwrap().is_empty()
    }

    /// The titles of the notifications so far.
    pub fn notices(&self) -> Vec<String> {
        self.notices.lock().unwrap().clone()
    }

    /// The picture the icon shows, by the name of its file.
    pub fn icon(&self) -> String {
        let (bus, (owner, path)) = self.item();
        let proxy = bus.with_proxy(owner, path, CALL);
        let get = ("org.kde.StatusNotifierItem", "IconName");
        let (name,): (Variant<String>,) =
            proxy.method_call("org.freedesktop.DBus.Properties", "Get", get).unwrap();
        name.0
    }

    /// Every line of the menu, as it is now.
    pub fn menu(&self) -> Vec<MenuLine> {
        let (bus, (owner, path)) = self.item();
        let proxy = bus.with_proxy(owner, format!("{path}/Menu"), CALL);
        let (_, root): (u32, Node) =
            proxy.method_call(MENU, "GetLayout", (0, -1, Vec::<String>::new())).unwrap();
        let mut lines = Vec::new();
        collect(&root, None, &mut lines);
        lines
    }

    /// The menu's words, without the lines between.
    pub fn words(&self) -> Vec<String> {
        self.menu().into_iter().map(|line| line.words).filter(|words| !words.is_empty()).collect()
    }

    /// Waits for a line with these words, and chooses it.
    #[track_caller]
    pub fn choose(&self, words: &str) {
        let line = eventually(&format!("{words:?} in the tray's menu"), PATIENCE, || {
            self.menu().into_iter().find(|line| line.words == words && line.enabled)
        });
        let (bus, (owner, path)) = self.item();
        let proxy = bus.with_proxy(owner, format!("{path}/Menu"), CALL);
        let event = (line.id, "clicked", Variant(0_i32), 0_u32);
        let () = proxy.method_call(MENU, "Event", event).unwrap();
    }

    /// The icon, once there is one, on a connection of this thread's own.
    #[track_caller]
    fn item(&self) -> (Connection, (String, String)) {
        let item = eventually("an icon in the tray", PATIENCE, || self.items.lock().unwrap().last().cloned());
        (connect(&self.address), item)
    }
}

impl Drop for Tray {
    fn drop(&mut self) {
        self.ends.store(true, Ordering::Relaxed);
        self.serving.take().map(JoinHandle::join);
    }
}

fn connect(address: &str) -> Connection {
    let mut channel = Channel::open_private(address).unwrap();
    channel.register().unwrap();
    Connection::from(channel)
}

/// What a program asks of a desktop: to show its icon, whether anybody does, and to say something.
fn serve(
    bus: &Connection,
    items: Arc<Mutex<Vec<(String, String)>>>,
    notices: Arc<Mutex<Vec<String>>>,
    ends: &AtomicBool,
) {
    let answer = move |call: Message, bus: &Connection| {
        let reply = match call.member().as_deref() {
            Some("RegisterStatusNotifierItem") => {
                let owner = call.sender().unwrap().to_string();
                items.lock().unwrap().push((owner, call.read1::<String>().unwrap()));
                call.method_return()
            }
            Some("Notify") => {
                let mut said = call.iter_init();
                let (_, _, _) = (said.read::<&str>(), said.read::<u32>(), said.read::<&str>());
                notices.lock().unwrap().push(said.read::<String>().unwrap());
                call.method_return().append1(1_u32)
            }
            Some("Get") => call.method_return().append1(Variant(true)),
            Some("GetAll") => {
                let mut all = PropMap::new();
                all.insert("IsStatusNotifierHostRegistered".to_owned(), Variant(Box::new(true)));
                all.insert("ProtocolVersion".to_owned(), Variant(Box::new(0_i32)));
                call.method_return().append1(all)
            }
            _ => call.method_return(),
        };
        bus.send(reply).unwrap();
        true
    };
    let _calls = bus.start_receive(MatchRule::new_method_call(), Box::new(answer));
    while !ends.load(Ordering::Relaxed) {
        bus.process(Duration::from_millis(50)).unwrap();
    }
}

/// `(ia{sv}av)`: an id, properties, and the lines inside, each in a variant.
type Node = (i32, PropMap, Vec<Variant<Box<dyn RefArg>>>);

fn collect(node: &dyn RefArg, inside: Option<&str>, lines: &mut Vec<MenuLine>) {
    let fields: Vec<_> = node.as_iter().unwrap().collect();
    let properties: Vec<_> = fields[1].as_iter().unwrap().collect();
    let property =
        |name: &str| properties.chunks(2).find(|pair| pair[0].as_str() == Some(name)).map(|pair| pair[1]);
    // In a label `_` marks a letter.
    let words = property("label").and_then(RefArg::as_str).unwrap_or_default().replace("__", "_");
    let enabled = property("enabled").and_then(RefArg::as_i64).is_none_or(|enabled| enabled != 0);
    let id = fields[0].as_i64().unwrap();
    // The root is no line.
    if id != 0 {
        let (id, inside) = (i32::try_from(id).unwrap(), inside.map(str::to_owned));
        lines.push(MenuLine { id, words: words.clone(), enabled, inside });
    }
    for child in fields[2].as_iter().unwrap() {
        collect(
            child.as_iter().unwrap().next().unwrap(),
            Some(&words).filter(|_| id != 0).map(|words| &**words),
            lines,
        );
    }
}

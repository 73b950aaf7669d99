//! `cargo bench --bench notifications`: the rule set `rules/notifications` (ingest, enrichment, five transforms) beside a
//! program that does the same by hand with `serde_json::Value`.
//!
//! Both get the same lines and must write the same deliveries; the time from input lines to output lines is measured, on one
//! thread, each in turn.
#![allow(clippy::print_stdout, clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, clippy::string_slice)]

use dadar::{Clock, Options, Router};
use serde_json::{Map, Value, json};
use std::collections::HashMap;
use std::hint::black_box;
use std::path::Path;
use std::time::{Duration, Instant};

fn main() {
    let rules = Path::new(env!("CARGO_MANIFEST_DIR")).join("rules/notifications");
    let text = std::fs::read_to_string(rules.join("events.ndjson")).unwrap();
    // Without events that depend on the clock or contain wrong types on purpose: the program by hand does not handle them.
    let lines: Vec<&str> = text.lines().filter(|line| ByHand::takes(line)).collect();
    let loaded = dadar::load(&rules, &dadar::LoadOptions::default());
    let now = "2025-01-10T13:30:00+05:30".parse().unwrap();
    let options = Options::default().clock(Clock::Fixed(now)).deliveries(true);
    let mut session = Router::with_options(&loaded.rule_set.unwrap(), options).session();
    let by_hand = ByHand::new();

    let mut out = Vec::new();
    for line in &lines {
        out.clear();
        session.route_to(line.as_bytes(), 1, &mut out);
        let mine: Vec<Value> =
            out.split(|b| *b == b'\n').filter_map(|line| serde_json::from_slice(line).ok()).collect();
        out.clear();
        by_hand.send(line.as_bytes(), &mut out);
        let theirs: Vec<Value> =
            out.split(|b| *b == b'\n').filter_map(|line| serde_json::from_slice(line).ok()).collect();
        assert_eq!(mine, theirs, "{line}");
    }

    let mut best = [f64::MAX; 2];
    for _ in 0..7 {
        best[0] = best[0].min(measure(&lines, |line, out| {
            session.route_to(line, 1, out);
        }));
        best[1] = best[1].min(measure(&lines, |line, out| by_hand.send(line, out)));
    }
    println!("{} kinds of events, five deliveries each", lines.len());
    for (name, nanos) in ["dadar, rules/notifications", "by hand, serde_json::Value"].iter().zip(best) {
        println!("{name:<28} {:>9.0} events/s {nanos:>8.0} ns/event", 1e9 / nanos);
    }
    println!("dadar takes {:.2} times as long", best[0] / best[1]);
}

/// Nanoseconds per event in one round.
fn measure(lines: &[&str], mut send: impl FnMut(&[u8], &mut Vec<u8>)) -> f64 {
    let (started, mut count, mut out) = (Instant::now(), 0usize, Vec::new());
    while started.elapsed() < Duration::from_millis(150) {
        for line in lines {
            out.clear();
            send(line.as_bytes(), &mut out);
            black_box(&out);
        }
        count += lines.len();
    }
    started.elapsed().as_nanos() as f64 / count as f64
}

/// The program as a programmer would write it.
struct ByHand {
    customers: HashMap<&'static str, [&'static str; 4]>,
    restaurants: HashMap<&'static str, (&'static str, &'static str, f64, &'static str)>,
}

impl ByHand {
    fn new() -> ByHand {
        ByHand {
            customers: HashMap::from([
                ("CUST001", ["Rahul Sharma", "premium", "mumbai", "+91-98200-00001"]),
                ("CUST002", ["Priya Patel", "gold", "delhi", "+91-98110-00002"]),
                ("CUST003", ["Amit Kumar", "regular", "bangalore", "+91-98450-00003"]),
            ]),
            restaurants: HashMap::from([
                ("REST001", ("Trishna", "seafood", 4.5, "mumbai")),
                ("REST002", ("Leopold Cafe", "continental", 4.2, "mumbai")),
                ("REST003", ("India Gate", "north-indian", 4.1, "delhi")),
            ]),
        }
    }

    /// Events with an id, a time and amounts that are numbers.
    fn takes(line: &str) -> bool {
        let event: Value = serde_json::from_str(line).unwrap_or_default();
        let there = |keys: &[&str]| keys.iter().any(|key| event[*key].is_string());
        let data = if event["data"].is_object() { &event["data"] } else { &event["payload"] };
        let is_amount = |key: &str| data[key].is_null() || data[key].is_number();
        there(&["id", "event_id"])
            && there(&["timestamp", "created_at"])
            && there(&["type", "event_type"])
            && data.is_object()
            && ["amount", "price", "total_amount"].iter().all(|key| is_amount(key))
    }

    fn send(&self, line: &[u8], out: &mut Vec<u8>) {
        let mut event: Value = serde_json::from_slice(line).unwrap();
        self.ingest(event.as_object_mut().unwrap());
        let (kind, data) = (event["event_type"].as_str().unwrap_or(""), &event["data"]);
        let customer = data["customer_id"].as_str().and_then(|id| self.customers.get(id));
        for (name, sent) in [
            ("analytics", analytics(&event, data, kind)),
            ("billing", billing(data)),
            ("customer-app", app(data, kind)),
            ("email-service", email(&event, data, kind)),
            ("sms-service", sms(&event, data, kind, customer.map(|customer| customer[3]))),
        ] {
            serde_json::to_writer(&mut *out, &json!({"id": event["event_id"], "subscriber": name, "event": sent}))
                .unwrap();
            out.push(b'\n');
        }
    }

    fn ingest(&self, event: &mut Map<String, Value>) {
        copy(event, "event_id", &["id"]);
        copy(event, "event_type", &["type"]);
        copy(event, "event_timestamp", &["timestamp", "created_at"]);
        copy(event, "customer_id", &["user_id"]);
        copy(event, "total_amount", &["amount", "price"]);
        copy(event, "event_status", &["status"]);
        if !event.contains_key("data")
            && let Some(payload) = event.remove("payload")
        {
            event.insert("data".into(), payload);
        }
        let hour: u32 = event["event_timestamp"].as_str().and_then(|time| time.get(11..13)?.parse().ok()).unwrap_or(0);
        let Some(data) = event.get_mut("data").and_then(Value::as_object_mut) else { return };
        copy(data, "customer_id", &["user_id"]);
        copy(data, "total_amount", &["amount", "price"]);
        copy(data, "event_status", &["status"]);
        if let Some([name, tier, city, _]) = data.get("customer_id").and_then(|id| self.customers.get(id.as_str()?)) {
            data.extend([("customer_name", *name), ("customer_tier", *tier), ("customer_city", *city)].map(text));
        }
        if let Some((name, cuisine, rating, city)) =
            data.get("restaurant_id").and_then(|id| self.restaurants.get(id.as_str()?))
        {
            data.extend(
                [("restaurant_name", *name), ("restaurant_cuisine", *cuisine), ("restaurant_city", *city)].map(text),
            );
            data.insert("restaurant_rating".into(), json!(rating));
        }
        if let (Some(customer), Some(restaurant)) = (data.get("customer_city"), data.get("restaurant_city")) {
            let is_local = customer == restaurant;
            data.insert("is_local_order".into(), json!(is_local));
        }
        let period = match hour {
            6..=11 => "breakfast",
            12..=15 => "lunch",
            16..=18 => "snacks",
            19..=23 => "dinner",
            _ => "late-night",
        };
        data.insert("meal_period".into(), json!(period));
    }
}

fn text((key, value): (&str, &str)) -> (String, Value) {
    (key.into(), value.into())
}

fn copy(object: &mut Map<String, Value>, target: &str, sources: &[&str]) {
    let is_there = |key: &&&str| object.get(**key).is_some_and(|value| !value.is_null());
    if is_there(&&target) {
        return;
    }
    if let Some(value) = sources.iter().find(is_there).and_then(|key| object.get(*key)).cloned() {
        object.insert(target.into(), value);
    }
}

fn amount(data: &Value) -> Value {
    if data["total_amount"].is_null() { json!(0) } else { data["total_amount"].clone() }
}

fn urgency(kind: &str) -> &'static str {
    if matches!(kind, "PAYMENT_FAILED" | "ORDER_CANCELLED") { "high" } else { "normal" }
}

fn analytics(event: &Value, data: &Value, kind: &str) -> Value {
    json!({
        "event_name": kind, "user_id": data["customer_id"], "session_id": event["correlation_id"],
        "timestamp": event["event_timestamp"],
        "properties": {
            "restaurant_id": data["restaurant_id"], "cuisine_type": data["restaurant_cuisine"],
            "order_value": data["total_amount"], "customer_tier": data["customer_tier"],
            "meal_period": data["meal_period"], "is_local_order": data["is_local_order"],
        },
        "metrics": {
            "revenue": amount(data), "order_count": i32::from(kind == "ORDER_PLACED"), "avg_order_value": amount(data),
        },
    })
}

fn billing(data: &Value) -> Value {
    let filled = |key: &str| Some(&data[key]).filter(|value| !value.is_null() && value.as_str() != Some(""));
    let share = |of: f64| amount(data).as_f64().unwrap_or(0.0) * of;
    let category = match data["restaurant_cuisine"].as_str() {
        Some("fast-food" | "pizza" | "burger") => "quick-service",
        Some("fine-dining" | "continental") => "premium",
        _ => "standard",
    };
    json!({
        "transaction_id": filled("order_id").or(filled("payment_id")).unwrap_or(&data["payment_id"]),
        "amount": amount(data), "currency": data["currency"].as_str().unwrap_or("INR"),
        "customer_id": data["customer_id"], "service_charges": share(0.02), "tax_amount": share(0.18),
        "billing_period": "2025-01", "revenue_category": category,
    })
}

fn app(data: &Value, kind: &str) -> Value {
    let (notification, title, seconds) = match kind {
        "ORDER_PLACED" => ("order_update", "Order confirmed", 5),
        "ORDER_CANCELLED" => ("order_update", "Order cancelled", 10),
        "DELIVERY_ASSIGNED" => ("delivery_update", "Out for delivery", 8),
        "ORDER_DELIVERED" => ("delivery_update", "Order delivered", 5),
        "PAYMENT_FAILED" => ("payment_alert", "Payment failed", 10),
        "USER_REGISTERED" => ("account_update", "Welcome", 5),
        _ => ("general", "News about your order", 5),
    };
    let name = |key: &str, otherwise: &'static str| data[key].as_str().unwrap_or(otherwise).to_owned();
    let body = match (kind, data["order_id"].as_str()) {
        ("ORDER_PLACED", _) => {
            let restaurant = name("restaurant_name", "the restaurant");
            format!("Your order from {restaurant} is confirmed. Amount: ₹{}", amount(data))
        }
        ("USER_REGISTERED", _) => format!("Welcome, {}!", name("customer_name", "dear customer")),
        ("PAYMENT_FAILED", _) => {
            format!("Your payment of ₹{} did not go through. Please try again.", amount(data))
        }
        (_, Some(order)) => format!("There is news about your order {order}."),
        _ => "There is news for you.".to_owned(),
    };
    let url = data["order_id"].as_str().map_or("app://home".to_owned(), |order| format!("app://orders/{order}"));
    json!({
        "notification_type": notification, "title": title, "body": body, "action_url": url,
        "customer_id": data["customer_id"], "priority": urgency(kind), "display_duration": seconds,
    })
}

fn email(event: &Value, data: &Value, kind: &str) -> Value {
    let template = match kind {
        "ORDER_PLACED" => "order_confirmation",
        "ORDER_DELIVERED" => "delivery_confirmation",
        "PAYMENT_FAILED" => "payment_retry",
        "USER_REGISTERED" => "welcome_email",
        _ => "generic",
    };
    json!({
        "message_id": event["event_id"], "template_type": template,
        "recipient": format!("{}@example.com", data["customer_id"].as_str().unwrap_or("").to_lowercase()),
        "personalization_data": {
            "customer_name": data["customer_name"].as_str().unwrap_or("Valued Customer"), "order_id": data["order_id"],
            "amount": data["total_amount"], "restaurant_name": data["restaurant_name"],
        },
        "priority": urgency(kind), "send_time": event["event_timestamp"],
    })
}

fn sms(event: &Value, data: &Value, kind: &str, phone: Option<&str>) -> Value {
    let template = match kind {
        "ORDER_PLACED" => "Your order {order_id} is confirmed! Amount: ₹{amount}",
        "DELIVERY_ASSIGNED" => "Your order is out for delivery. Track: {track_url}",
        "ORDER_DELIVERED" => "Order delivered! Rate your experience.",
        _ => "Update about your order {order_id}",
    };
    let track = data["order_id"].as_str().map(|order| format!("https://food.example.com/track/{order}"));
    json!({
        "message_id": event["event_id"], "phone_number": phone, "message_template": template,
        "variables": {"order_id": data["order_id"], "amount": data["total_amount"], "track_url": track},
        "priority": urgency(kind),
    })
}

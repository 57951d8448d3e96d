//! Functions of chance: the host is asked for bytes, and everything else is made of them.

use gotmpl::Call;
use govalue::{CallResult, Value};
use guard::Question;
use sprig::functions::random;

use super::{Failure, ask, failure, int, random_ahead, session};

/// Randomness for one function call: asked for once, then drawn from in small blocks.
pub(super) struct Dice<'c, 'a, 'e> {
    call: &'c mut Call<'a, 'e>,
    function: &'static str,
    block: [u8; 256],
    used: usize,
    denied: Option<Failure>,
}

impl<'c, 'a, 'e> Dice<'c, 'a, 'e> {
    pub(super) fn new(call: &'c mut Call<'a, 'e>, function: &'static str) -> Result<Self, Failure> {
        let mut dice = Self { call, function, block: [0; 256], used: 0, denied: None };
        dice.refill();
        match dice.denied.take() {
            Some(denied) => Err(denied),
            None => Ok(dice),
        }
    }

    fn refill(&mut self) {
        self.used = 0;
        if random_ahead(self.call, self.function, &mut self.block).is_some() {
            return;
        }
        let asked = ask(self.call, Question::random(self.function))
            .and_then(|permit| Ok((permit, session(self.call)?)));
        match asked {
            Ok((permit, session)) => {
                if let Err(error) = session.host.random(permit, &mut self.block) {
                    self.denied = Some(failure(error));
                }
            }
            Err(denied) => self.denied = Some(denied),
        }
    }

    fn byte(&mut self) -> u8 {
        if self.used == self.block.len() {
            self.refill();
        }
        self.used += 1;
        self.block[self.used - 1]
    }

    pub(super) fn fill(&mut self, buffer: &mut [u8]) {
        for byte in buffer {
            *byte = self.byte();
        }
    }

    /// A number below a bound, every one as likely as the others.
    pub(super) fn below(&mut self, bound: u64) -> u64 {
        if bound < 2 {
            return 0;
        }
        let zone = u64::MAX - u64::MAX % bound;
        loop {
            let mut buffer = [0; 8];
            self.fill(&mut buffer);
            let number = u64::from_le_bytes(buffer);
            if number < zone || self.denied.is_some() {
                return number % bound;
            }
        }
    }

    pub(super) fn end(self) -> Result<(), Failure> {
        self.denied.map_or(Ok(()), Err)
    }
}

pub(super) fn random_text(
    call: &mut Call<'_, '_>,
    function: &'static str,
    alphabet: random::Alphabet,
    args: &[Value],
) -> CallResult {
    let mut dice = Dice::new(call, function)?;
    let text = random::text(alphabet, int(args, 0), |bound| dice.below(bound as u64) as usize);
    dice.end()?;
    Ok(Value::str(text?))
}

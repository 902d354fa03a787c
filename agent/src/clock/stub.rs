//! What is put into a process: three functions that answer like the kernel, some time off.
//!
//! Written by hand for x86-64, and free of its place: it finds its data relative to itself. Only registers that a C function may spoil
//! are used (System V ABI), and the return values are the kernel's.
//!
//! **Invariant**: from `until_s` on, in seconds since the epoch, each tells the truth: nobody has to be alive for that.

use std::time::Duration;

/// Says whose it is; the data and the functions follow.
pub(super) const NAME: &[u8; 8] = b"droplab1";

/// What it replaces, by its names in the vDSO, and where that is in here.
pub(super) const FUNCTIONS: [(&str, u64); 3] =
    [("__vdso_clock_gettime", 0x30), ("__vdso_gettimeofday", 0x90), ("__vdso_time", 0xE0)];

/// Where the end is written, eight bytes at once.
pub(super) const UNTIL: u64 = 8;

/// How long it is, in bytes.
pub(super) const LENGTH: usize = 0x30 + CODE.len();

/// The stub for clocks that are so far off, until then.
pub(super) fn stub(by: Offset, until_s: i64) -> Vec<u8> {
    let mut bytes = NAME.to_vec();
    for number in [until_s, by.seconds, i64::from(by.nanos), i64::from(by.nanos / 1000), 0] {
        bytes.extend(number.to_le_bytes());
    }
    bytes.extend(CODE);
    bytes
}

/// How far off a clock is: whole seconds, rounded down, and the rest in nanoseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Offset {
    pub(crate) seconds: i64,
    pub(crate) nanos: u32,
}

impl Offset {
    /// That much later, or earlier; `None` beyond what fits.
    pub(crate) fn new(span: Duration, earlier: bool) -> Option<Self> {
        let (seconds, nanos) = (i64::try_from(span.as_secs()).ok()?, span.subsec_nanos());
        Some(match (earlier, nanos) {
            (false, _) => Self { seconds, nanos },
            (true, 0) => Self { seconds: -seconds, nanos },
            (true, _) => Self { seconds: -seconds - 1, nanos: 1_000_000_000 - nanos },
        })
    }
}

#[rustfmt::skip]
const CODE: [u8; 208] = [
    // clock_gettime(edi: clock, rsi: struct timespec *), at 0x30
    0xB8, 0xE4, 0x00, 0x00, 0x00, // mov eax, 228
    0x0F, 0x05, // syscall
    0x85, 0xC0, // test eax, eax
    0x75, 0x46, // jne 0x81
    0x85, 0xFF, // test edi, edi
    0x74, 0x0A, // je 0x49
    0x83, 0xFF, 0x05, // cmp edi, 5
    0x74, 0x05, // je 0x49
    0x83, 0xFF, 0x0B, // cmp edi, 11
    0x75, 0x38, // jne 0x81
    0x48, 0x8B, 0x0D, 0xB8, 0xFF, 0xFF, 0xFF, // mov rcx, [until_s]
    0x48, 0x39, 0x0E, // cmp [rsi], rcx
    0x7D, 0x2C, // jge 0x81
    0x48, 0x8B, 0x0D, 0xBC, 0xFF, 0xFF, 0xFF, // mov rcx, [by_ns]
    0x48, 0x03, 0x4E, 0x08, // add rcx, [rsi+0x8]
    0x48, 0x8B, 0x15, 0xA9, 0xFF, 0xFF, 0xFF, // mov rdx, [by_s]
    0x48, 0x81, 0xF9, 0x00, 0xCA, 0x9A, 0x3B, // cmp rcx, 1000000000
    0x7C, 0x0A, // jl 0x7a
    0x48, 0x81, 0xE9, 0x00, 0xCA, 0x9A, 0x3B, // sub rcx, 1000000000
    0x48, 0xFF, 0xC2, // inc rdx
    0x48, 0x89, 0x4E, 0x08, // mov [rsi+0x8], rcx
    0x48, 0x01, 0x16, // add [rsi], rdx
    0xC3, // ret
    0xCC, 0xCC, 0xCC, 0xCC, 0xCC, 0xCC, 0xCC, 0xCC, 0xCC, 0xCC, 0xCC, 0xCC, 0xCC, 0xCC, // never reached
    // gettimeofday(rdi: struct timeval *, rsi: struct timezone *), at 0x90
    0xB8, 0x60, 0x00, 0x00, 0x00, // mov eax, 96
    0x0F, 0x05, // syscall
    0x85, 0xC0, // test eax, eax
    0x75, 0x3D, // jne 0xd8
    0x48, 0x85, 0xFF, // test rdi, rdi
    0x74, 0x38, // je 0xd8
    0x48, 0x8B, 0x0D, 0x61, 0xFF, 0xFF, 0xFF, // mov rcx, [until_s]
    0x48, 0x39, 0x0F, // cmp [rdi], rcx
    0x7D, 0x2C, // jge 0xd8
    0x48, 0x8B, 0x0D, 0x6D, 0xFF, 0xFF, 0xFF, // mov rcx, [by_us]
    0x48, 0x03, 0x4F, 0x08, // add rcx, [rdi+0x8]
    0x48, 0x8B, 0x15, 0x52, 0xFF, 0xFF, 0xFF, // mov rdx, [by_s]
    0x48, 0x81, 0xF9, 0x40, 0x42, 0x0F, 0x00, // cmp rcx, 1000000
    0x7C, 0x0A, // jl 0xd1
    0x48, 0x81, 0xE9, 0x40, 0x42, 0x0F, 0x00, // sub rcx, 1000000
    0x48, 0xFF, 0xC2, // inc rdx
    0x48, 0x89, 0x4F, 0x08, // mov [rdi+0x8], rcx
    0x48, 0x01, 0x17, // add [rdi], rdx
    0xC3, // ret
    0xCC, 0xCC, 0xCC, 0xCC, 0xCC, 0xCC, 0xCC, // never reached
    // time(rdi: time_t *), at 0xe0
    0xB8, 0xC9, 0x00, 0x00, 0x00, // mov eax, 201
    0x0F, 0x05, // syscall
    0x48, 0x3B, 0x05, 0x1A, 0xFF, 0xFF, 0xFF, // cmp rax, [until_s]
    0x7D, 0x0F, // jge 0xff
    0x48, 0x03, 0x05, 0x19, 0xFF, 0xFF, 0xFF, // add rax, [by_s]
    0x48, 0x85, 0xFF, // test rdi, rdi
    0x74, 0x03, // je 0xff
    0x48, 0x89, 0x07, // mov [rdi], rax
    0xC3, // ret
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_function_is_where_it_is_said_to_be() {
        let stub = stub(Offset { seconds: 1, nanos: 2000 }, 3);
        assert_eq!(stub.len(), LENGTH);
        for ((name, at), call) in FUNCTIONS.iter().zip([228, 96, 201]) {
            let at = usize::try_from(*at).unwrap();
            assert_eq!(stub[at..at + 5], [0xB8, call, 0, 0, 0], "{name} begins with the number of its system call");
        }
    }

    #[test]
    fn half_a_second_earlier_is_a_second_earlier_and_half_a_second_later() {
        let offset = |millis, earlier| Offset::new(Duration::from_millis(millis), earlier).unwrap();
        assert_eq!(offset(1500, false), Offset { seconds: 1, nanos: 500_000_000 });
        assert_eq!(offset(500, true), Offset { seconds: -1, nanos: 500_000_000 });
        assert_eq!(offset(2000, true), Offset { seconds: -2, nanos: 0 });
    }
}

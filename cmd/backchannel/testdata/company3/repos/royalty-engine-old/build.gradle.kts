plugins {
    kotlin("jvm") version "1.3.72"
    id("org.springframework.boot") version "1.5.22"
}

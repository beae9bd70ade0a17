plugins {
    kotlin("jvm") version "1.8.22"
    id("org.springframework.boot") version "2.7.18"
}
